import { setMaxListeners } from "node:events";
import { type Engine, engineError } from "@slipway/transport";
import { awaitCondition, awaitSettled, type Awaited, type WaitContext } from "./await-condition.ts";
import { ContainerApplier } from "./container-applier.ts";
import { engineText, ignoreMissing } from "./engine-failure.ts";
import type { ContainerStep, UpPlan } from "./plan-up.ts";
import { openProjectEvents } from "./project-events.ts";
import { type PublishedPort, publishedPorts } from "./published-port.ts";
import { Undo } from "./undo.ts";
import type { UpEvent } from "./up-event.ts";

/** A container as it is once its project is up. */
export interface UpContainer {
  readonly id: string;
  readonly name: string;
  /** Whether this call made it. */
  readonly created: boolean;
  readonly ports: readonly PublishedPort[];
}

/** The outcome of `up`: the containers by service. */
export interface UpResult {
  readonly containers: Readonly<Record<string, UpContainer>>;
}

/** What {@link applyUp} needs besides the plan. */
export interface ApplyOptions {
  readonly engine: Engine;
  readonly project: string;
  readonly emit: (event: UpEvent) => void;
  readonly settleMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Carries out a plan. When it fails or is aborted, what it has made is removed and what it replaced is put back. */
export async function applyUp(plan: UpPlan, options: ApplyOptions): Promise<UpResult> {
  const { engine, emit } = options;
  const undo = new Undo();
  // One failure ends the other services' work too.
  const failure = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, failure.signal]) : failure.signal;
  // Each of the project's containers may wait on it at once.
  setMaxListeners(0, signal);
  const events = await openProjectEvents(engine, options.project);
  try {
    await createNetworksAndVolumes(plan, options, undo, signal);
    const containers = new ContainerApplier({ engine, emit, undo, signal });
    const brought = await bringContainers(plan, options, containers, { engine, events, signal }, failure);
    await containers.removeReplaced();
    for (const surplus of plan.remove) await containers.remove(surplus);
    return await report(engine, brought);
  } catch (error) {
    for (const { what, error: left } of await undo.run()) {
      emit({ type: "warning", message: `could not take back ${what}: ${engineText(left)}` });
    }
    options.signal?.throwIfAborted();
    throw error;
  } finally {
    events.close();
  }
}

interface Brought extends Awaited {
  readonly created: boolean;
}

async function bringContainers(
  plan: UpPlan,
  options: ApplyOptions,
  containers: ContainerApplier,
  context: WaitContext,
  failure: AbortController,
): Promise<Brought[]> {
  const steps = new Map(plan.waves.flat().map((step) => [step.desired.service, step]));
  // Those that others wait for are judged there.
  const awaited = new Set(
    [...steps.values()].flatMap(({ desired }) =>
      desired.dependencies.filter(({ condition }) => condition !== "service_started").map(({ service }) => service),
    ),
  );
  const started = new Map<string, Promise<Brought>>();
  const bring = (service: string, step: ContainerStep): Promise<Brought> => {
    const known = started.get(service);
    if (known) return known;
    const promise = bringOne(step);
    started.set(service, promise);
    return promise;
  };
  const bringOne = async (step: ContainerStep): Promise<Brought> => {
    const { desired } = step;
    const shared = new Map<string, string>();
    const dependencies = desired.dependencies.map(async (dependency) => {
      const before = steps.get(dependency.service);
      if (!before) return;
      const container = await bring(dependency.service, before);
      shared.set(dependency.service, container.id);
      if (dependency.condition !== "service_started") {
        options.emit({
          type: "container",
          service: desired.service,
          name: desired.name,
          state: "waiting",
          reason: `for ${dependency.service} to be ${dependency.condition.replace("service_", "").replaceAll("_", " ")}`,
        });
      }
      try {
        await awaitCondition(context, desired.service, dependency, container);
      } catch (error) {
        if (dependency.required || context.signal.aborted) throw error;
        options.emit({ type: "warning", message: engineText(error) });
      }
    });
    await Promise.all(dependencies);
    context.signal.throwIfAborted();
    return containers.apply(step, shared);
  };
  const watch = async (step: ContainerStep): Promise<Brought> => {
    const { service, name } = step.desired;
    const brought = await bring(service, step);
    if (step.action !== "leave" && !awaited.has(service)) {
      const completed = await awaitSettled(context, brought, options.settleMs);
      if (completed) options.emit({ type: "container", service, name, state: "completed" });
    }
    return brought;
  };
  let first: { error: unknown } | undefined;
  const outcomes = await Promise.all(
    [...steps.values()].map((step) =>
      watch(step).catch((error: unknown) => {
        first ??= { error };
        failure.abort(error);
        return undefined;
      }),
    ),
  );
  if (first) throw first.error;
  return outcomes.filter((outcome) => outcome !== undefined);
}

async function createNetworksAndVolumes(
  plan: UpPlan,
  { engine, emit }: ApplyOptions,
  undo: Undo,
  signal: AbortSignal,
): Promise<void> {
  const { docker } = engine;
  for (const { name, options } of plan.networks) {
    signal.throwIfAborted();
    const network = await docker.createNetwork(options).catch((error: unknown) => {
      throw engineError(error, `creating network ${name}`);
    });
    undo.add(`network ${name}`, () => ignoreMissing(() => network.remove()));
    emit({ type: "network", name, state: "created" });
  }
  for (const { name, options } of plan.volumes) {
    signal.throwIfAborted();
    await docker.createVolume(options).catch((error: unknown) => {
      throw engineError(error, `creating volume ${name}`);
    });
    undo.add(`volume ${name}`, () => ignoreMissing(() => docker.getVolume(name).remove()));
    emit({ type: "volume", name, state: "created" });
  }
}

async function report(engine: Engine, brought: readonly Brought[]): Promise<UpResult> {
  const entries = await Promise.all(
    brought.map(async ({ service, id, name, created }) => {
      const info = await engine.docker
        .getContainer(id)
        .inspect()
        .catch((error: unknown) => {
          throw engineError(error, `inspecting container ${name}`);
        });
      return [service, { id, name, created, ports: publishedPorts(info.NetworkSettings.Ports) }] as const;
    }),
  );
  return { containers: Object.fromEntries(entries) };
}
