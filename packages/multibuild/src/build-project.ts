import type { Readable } from "node:stream";
import type { Project } from "@slipway/compose";
import type { Resolver } from "@slipway/resolve";
import { describeEngine, type Dockerode, type Engine, toEngine } from "@slipway/transport";
import { architectureOf, defaultDeviceType } from "./architecture.ts";
import { Emulation, type EmulationOptions } from "./emulation.ts";
import { directoryTasks } from "./directory-tasks.ts";
import { EventQueue } from "./event-queue.ts";
import type { LocalImage } from "./local-image.ts";
import { performBuilds, type PerformBuildsOptions } from "./perform-builds.ts";
import { performResolution } from "./perform-resolution.ts";
import type { ServiceEvent } from "./service-event.ts";
import { splitBuildStream } from "./split-build-stream.ts";
import { releaseTasks } from "./split-tasks.ts";

/**
 * Where a project's files come from: a folder, or a tar stream of one. From a folder each service's context is packed
 * when its build begins and without what its ignore file leaves out, so prefer it where there is a choice.
 */
export type ProjectSource = { readonly directory: string } | Readable;

/** How to build a project. */
export interface BuildProjectOptions extends Omit<PerformBuildsOptions, "onEvent"> {
  /** The services to build. Default: all. */
  readonly services?: readonly string[] | undefined;
  /** The folder that a tar stream was made of: absolute contexts are found in the stream by it. */
  readonly root?: string | undefined;
  /** What templates and architecture-specific Dockerfiles are chosen by. Default: the engine's. */
  readonly architecture?: string | undefined;
  /** Default: a generic one of the architecture. */
  readonly deviceType?: string | undefined;
  /** Template variables beside those of architecture, device type and service name. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
  readonly resolvers?: readonly Resolver[] | undefined;
  /** How another architecture's programs are run, if the engine does not by itself. */
  readonly emulation?: EmulationOptions | undefined;
  /** How much of a tar stream is kept in memory, in bytes. Default: 8 MiB; the rest waits in a temporary file. */
  readonly memoryLimit?: number | undefined;
}

/**
 * A project being built. It goes on whether its events are read or not; they can be iterated once. Both the iteration and
 * `result` end with the error of a build that could not be done at all.
 */
export interface ProjectBuild extends AsyncIterable<ServiceEvent> {
  /** An image for each service; one that failed has its error. */
  readonly result: Promise<LocalImage[]>;
}

/**
 * Builds all images of a project, in parallel, and has those of other services from their registries unless the engine
 * has them. What fails does no harm to the others, unless `failFast` is set.
 *
 * @returns a run whose `result` rejects with a `MultibuildError`, `ResolveError` or `DockerfileError` for a project that
 *   cannot be built as it is (nothing has been built then), a `ContextError` for a damaged archive, a `TransportError` for
 *   an engine that cannot be reached, and the signal's reason after an abort
 */
export function buildProject(
  project: Project,
  source: ProjectSource,
  engine: Engine | Dockerode,
  options: BuildProjectOptions = {},
): ProjectBuild {
  const queue = new EventQueue<ServiceEvent>();
  const result = run(project, source, engine, options, (event) => queue.push(event));
  // Handled here too: whoever iterates learns of a failure by the iteration.
  result.then(
    () => queue.end(),
    (error: unknown) => queue.end({ error }),
  );
  return { result, [Symbol.asyncIterator]: () => queue[Symbol.asyncIterator]() };
}

async function run(
  project: Project,
  source: ProjectSource,
  engine: Engine | Dockerode,
  options: BuildProjectOptions,
  onEvent: (event: ServiceEvent) => void,
): Promise<LocalImage[]> {
  const {
    services,
    root,
    architecture,
    deviceType,
    variables,
    resolvers,
    memoryLimit,
    emulation: emulationOptions,
    ...how
  } = options;
  const { signal } = how;
  const tasks = isStream(source)
    ? await splitBuildStream(project, source, { services, root, memoryLimit, signal })
    : await directoryTasks(project, source.directory, { services, signal });
  let emulation: Emulation | undefined;
  try {
    signal?.throwIfAborted();
    const own = architectureOf((await describeEngine(engine, { signal })).architecture);
    const target = architecture ?? own;
    await performResolution(tasks, target, deviceType ?? defaultDeviceType(target), {
      variables,
      resolvers,
      signal,
      hooks: ({ serviceName }) => ({
        resolved: (found) => onEvent({ service: serviceName, event: { type: "resolved", ...found } }),
      }),
    });
    if (target === own) return await performBuilds(tasks, engine, { ...how, onEvent });
    const emulating = new Emulation({
      engine: toEngine(engine),
      architecture: target,
      buildkit: how.builder === "classic" ? false : undefined,
      options: emulationOptions ?? {},
      signal,
    });
    emulation = emulating;
    await emulating.prepare(tasks);
    const images = await performBuilds(tasks, engine, {
      ...how,
      onEvent: (event) => onEvent(emulating.restore(event)),
    });
    return images.map((image) => emulating.explained(image));
  } finally {
    await emulation?.close();
    await releaseTasks(tasks);
  }
}

function isStream(source: ProjectSource): source is Readable {
  return "pipe" in source;
}
