import type { Project, Service } from "@slipway/compose";
import { watchAll } from "@slipway/livepush";
import { EventQueue } from "@slipway/run";
import { down, logs, up, type UpResult } from "@slipway/up";
import { BuildFailedError } from "./build-failed-error.ts";
import { buildServices, type BuildServicesOptions, type BuiltService, failures } from "./build-services.ts";
import { CliError } from "./cli-error.ts";
import type { LiveControl } from "./live-control.ts";
import { LiveDockerfiles } from "./live-dockerfiles.ts";
import type { LiveEvent, LiveService } from "./live-event.ts";
import { LiveTarget } from "./live-target.ts";

/** What a live session works on. */
export interface LiveOptions extends Omit<BuildServicesOptions, "signal"> {
  /** The compose files, absolute: labels for `docker compose`. */
  readonly files?: readonly string[] | undefined;
  /** Leave the containers running at the end. */
  readonly keep?: boolean | undefined;
  /** Given what a person may ask of the session, once it runs. */
  readonly onControl?: ((control: LiveControl) => void) | undefined;
  /** Ends the session; that is its ordinary end. */
  readonly signal: AbortSignal;
}

/**
 * Builds a project, runs it, and pushes every change of its services' files into their containers, until the signal
 * aborts. Then, unless told to keep them, the containers that it made are removed; volumes stay.
 *
 * A change that can't be pushed faithfully builds the service anew. A push that fails is reported and done with the next
 * change; a first build or start that fails ends the session with its error. Breaking off the iteration ends it too.
 */
export async function* liveProject(project: Project, options: LiveOptions): AsyncGenerator<LiveEvent, void, undefined> {
  const queue = new EventQueue<LiveEvent>();
  const left = new AbortController();
  const signal = AbortSignal.any([options.signal, left.signal]);
  const session = runSession(project, { ...options, signal }, (event) => queue.push(event)).then(
    () => queue.end(),
    (error: unknown) => queue.end(signal.aborted ? {} : { error }),
  );
  try {
    yield* queue;
  } finally {
    left.abort();
    await session;
  }
}

async function runSession(project: Project, given: LiveOptions, emit: (event: LiveEvent) => void): Promise<void> {
  const dockerfiles = new LiveDockerfiles();
  const options = { ...given, resolvers: dockerfiles.resolvers };
  const { engine, directory, files, signal } = options;
  const built = await buildServices(project, options, (event) => emit({ type: "build", ...event }));
  const failed = failures(built);
  if (failed.length > 0) throw new BuildFailedError(failed);
  const start = async (services: readonly string[] | undefined): Promise<UpResult> => {
    const run = up(project, { engine, services, directory, files, signal });
    for await (const event of run) emit({ type: "up", event });
    return run.result;
  };
  const made = new Set<string>();
  const note = (result: UpResult): UpResult => {
    for (const container of Object.values(result.containers)) if (container.created) made.add(container.id);
    return result;
  };
  const { containers } = note(await start(options.services));
  try {
    const rebuild = async (service: string): Promise<{ built: BuiltService | undefined; containerId: string }> => {
      const again = await buildServices(project, { ...options, services: [service] }, (event) =>
        emit({ type: "build", ...event }),
      );
      const [failure] = failures(again);
      if (failure) throw failure.error;
      const result = note(await start([service]));
      return { built: again.get(service), containerId: result.containers[service]?.id ?? "" };
    };
    const targets = new Map(
      liveServices(project, containers).map(({ service, containerId }) => {
        const image = built.get(service.name);
        const target = { service, engine, dockerfiles, built: image, containerId, emit, rebuild, signal };
        return [service.name, new LiveTarget(target)] as const;
      }),
    );
    if (targets.size === 0) {
      throw new CliError(
        "CLI_LIVE_NOTHING",
        "no service of this project is built or has rules in `develop.watch`, so there are no files to watch",
        {
          hint: "give a service a `build:`, or use `slipway up`",
        },
      );
    }
    try {
      await Promise.all([...targets.values()].map((target) => target.open()));
      options.onControl?.({
        rebuild: () => targets.forEach((target) => target.rebuild()),
        restart: () => targets.forEach((target) => target.restart()),
        pause: (paused) => targets.forEach((target) => target.pause(paused)),
      });
      await Promise.all([
        followLogs(project, options, emit),
        watchTargets(targets, signal, () => emit(readyEvent(project, containers))),
      ]);
    } finally {
      await Promise.all([...targets.values()].map((target) => target.close()));
    }
  } finally {
    if (!options.keep) await takeDown(project, options, made);
  }
}

/** One watcher for all services; each one's pushes go on beside the others'. */
async function watchTargets(
  targets: ReadonlyMap<string, LiveTarget>,
  signal: AbortSignal,
  ready: () => void,
): Promise<void> {
  const folders = (await Promise.all([...targets.values()].map((target) => target.folders()))).flat();
  try {
    const watched = watchAll(folders, { signal });
    watched.ready.then(ready, () => undefined); // the iteration throws the same
    for await (const batches of watched) {
      for (const { name, directory, changed, deleted } of batches) {
        targets.get(name)?.take(directory, changed, deleted);
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function followLogs(
  project: Project,
  { engine, signal }: LiveOptions,
  emit: (event: LiveEvent) => void,
): Promise<void> {
  try {
    for await (const { service, line, stream } of logs(project, { engine, follow: true, signal })) {
      emit({ type: "log", service, line, stderr: stream === "stderr" });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function liveServices(
  project: Project,
  containers: UpResult["containers"],
): { service: Service; containerId: string }[] {
  return Object.entries(containers).flatMap(([name, container]) => {
    const service = project.services[name];
    return service && isLive(service) ? [{ service, containerId: container.id }] : [];
  });
}

/** Whether a service has files that belong in its container. */
function isLive(service: Service | undefined): boolean {
  return service?.build !== undefined || (service?.develop?.watch ?? []).length > 0;
}

function readyEvent(project: Project, containers: UpResult["containers"]): LiveEvent {
  const services = Object.entries(containers).map(([service, { id, ports }]): LiveService => ({
    service,
    containerId: id,
    ports,
    live: isLive(project.services[service]),
  }));
  return { type: "ready", services };
}

/** Removes what the session made: the whole project, or its own containers where others were running before. */
async function takeDown(project: Project, { engine }: LiveOptions, made: ReadonlySet<string>): Promise<void> {
  const filters = { label: [`com.docker.compose.project=${project.name}`] };
  const present = await engine.docker.listContainers({ all: true, filters });
  if (present.every(({ Id }) => made.has(Id))) {
    await down(project, { engine }).result;
    return;
  }
  for (const { Id } of present) {
    if (made.has(Id)) await engine.docker.getContainer(Id).remove({ force: true, v: true });
  }
}
