import { type Project, type Service, startOrder } from "@slipway/compose";
import { didYouMean, type Problem } from "@slipway/errors";
import { type Dockerode, type Engine, engineError, inspectImage, toEngine } from "@slipway/transport";
import { applyUp, type UpResult } from "./apply-up.ts";
import { readCurrentState } from "./current-state.ts";
import { desiredState } from "./desired-state.ts";
import type { ImageFacts } from "./image-facts.ts";
import { planUp, type Recreate, type UpPlan } from "./plan-up.ts";
import { type Run, startRun } from "@slipway/run";
import { unsupportedFields } from "./unsupported-fields.ts";
import { UpError, type UpErrorCode } from "./up-error.ts";
import type { UpEvent } from "./up-event.ts";

/** What {@link up} takes besides the project. */
export interface UpOptions {
  readonly engine: Engine | Dockerode;
  /** The image to run for a service, by name or id. Otherwise its `image`, or `<project>-<service>` if it is built. */
  readonly images?: Readonly<Record<string, string>> | undefined;
  /** The services to start, with what they depend on; all without. */
  readonly services?: readonly string[] | undefined;
  /** When containers that exist are made anew; `changed` without. */
  readonly recreate?: Recreate | undefined;
  /** Whether to remove containers of services that the project no longer has. */
  readonly removeOrphans?: boolean | undefined;
  /** More labels for the containers, networks and volumes that are made. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** The project's directory, for the label from which `docker compose` tells it. */
  readonly directory?: string | undefined;
  /** The compose files' absolute paths, for the same purpose. */
  readonly files?: readonly string[] | undefined;
  /** For how long a container that was started is watched for an early exit, in milliseconds; 300 without. */
  readonly settleMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A project being brought up. */
export type UpRun = Run<UpEvent, UpResult>;

/**
 * Brings a project up on an engine, such that `docker compose` knows it as its own: networks, volumes, and one container
 * for each service, in the order of their dependencies. What is there and as it should be is left alone. On failure or
 * abort, what this call made is removed again, and containers that it replaced are put back. Images must be there: `up`
 * neither builds nor pulls.
 */
export function up(project: Project, options: UpOptions): UpRun {
  return startRun(async (emit) => {
    const { signal } = options;
    signal?.throwIfAborted();
    const engine = toEngine(options.engine);
    const services = chooseServices(project, options.services);
    const version = await engine.docker.version().catch((error: unknown) => {
      throw engineError(error, "asking the engine for its version");
    });
    const unsupported = UpError.of(unsupportedFields(project, services, version.ApiVersion));
    if (unsupported) throw unsupported;
    const images = await readImages(engine, project, services, options);
    const desired = desiredState(project, {
      images,
      services: options.services,
      labels: options.labels,
      workingDirectory: options.directory,
      configFiles: options.files,
    });
    const current = await readCurrentState(engine, project.name, signal);
    const plan = planUp(desired, current, { recreate: options.recreate, removeOrphans: options.removeOrphans });
    emit(summary(plan));
    for (const orphan of plan.orphans) {
      emit({ type: "warning", message: `container ${orphan.name} belongs to no service of the project any more` });
    }
    signal?.throwIfAborted();
    return applyUp(plan, { engine, project: project.name, emit, settleMs: options.settleMs ?? 300, signal });
  });
}

function chooseServices(project: Project, wanted: readonly string[] | undefined): string[] {
  const names = Object.keys(project.services);
  const unknown = (wanted ?? []).filter((name) => !Object.hasOwn(project.services, name));
  const error = UpError.of(
    unknown.map((name) => {
      const near = didYouMean(name, names);
      return {
        code: "UP_UNKNOWN_SERVICE",
        message: `project ${project.name} has no service ${name}`,
        hint: near ? `did you mean ${near}?` : `it has ${names.join(", ") || "none"}`,
      };
    }),
  );
  if (error) throw error;
  return startOrder(project, wanted ? [...wanted] : undefined).flat();
}

async function readImages(
  engine: Engine,
  project: Project,
  services: readonly string[],
  options: UpOptions,
): Promise<Record<string, ImageFacts>> {
  const found = await Promise.all(
    services.map(async (name) => {
      const service = project.services[name] as Service;
      const reference = options.images?.[name] ?? service.image ?? `${project.name}-${name}`;
      const info = await inspectImage(engine, reference);
      return { name, service, reference, info };
    }),
  );
  const missing: Problem<UpErrorCode>[] = found
    .filter(({ info }) => !info)
    .map(({ name, service, reference }) => ({
      code: "UP_IMAGE_MISSING",
      message: `service ${name}: image ${reference} is not on the engine`,
      hint: service.build ? `build service ${name} first` : `pull it first: \`docker pull ${reference}\``,
      path: `services.${name}.${service.build ? "build" : "image"}`,
    }));
  const error = UpError.of(missing);
  if (error) throw error;
  return Object.fromEntries(
    found.map(({ name, reference, info }) => [
      name,
      { reference, id: info?.Id ?? "", volumes: Object.keys(info?.Config.Volumes ?? {}) },
    ]),
  );
}

function summary(plan: UpPlan): UpEvent {
  const actions = plan.waves.flat().map(({ action }) => action);
  const count = (...wanted: string[]): number => actions.filter((action) => wanted.includes(action)).length;
  return {
    type: "plan",
    create: count("create"),
    recreate: count("recreate"),
    start: count("start", "unpause", "restart"),
    leave: count("leave"),
    remove: plan.remove.length,
  };
}
