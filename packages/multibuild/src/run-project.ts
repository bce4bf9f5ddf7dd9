import type { Readable } from "node:stream";
import type { Project } from "@slipway/compose";
import { toEngine } from "@slipway/transport";
import { architectureOf, defaultDeviceType, deviceArchitecture, platformOf } from "./architecture.ts";
import type { BuildProjectOptions, ProjectSource } from "./build-project.ts";
import type { BuildTask } from "./build-task.ts";
import { Emulation } from "./emulation.ts";
import { directoryTasks } from "./directory-tasks.ts";
import { EnginePool } from "./engine-pool.ts";
import type { LocalImage } from "./local-image.ts";
import { performBuilds } from "./perform-builds.ts";
import type { BuildEngines } from "./perform-builds-options.ts";
import { performResolution } from "./perform-resolution.ts";
import type { ProjectEvent } from "./service-event.ts";
import { splitBuildStream } from "./split-build-stream.ts";
import { releaseTasks } from "./split-tasks.ts";

/** What `buildProject` does. */
export async function runProject(
  project: Project,
  source: ProjectSource,
  engines: BuildEngines,
  options: BuildProjectOptions,
  onEvent: (event: ProjectEvent) => void,
): Promise<LocalImage[]> {
  const { services, root, deviceType, variables, resolvers, memoryLimit, emulation: given = {}, ...how } = options;
  const stallTimeoutMs = options.timeoutMs;
  const { buildArgs, signal } = how;
  const split = isStream(source)
    ? await splitBuildStream(project, source, { services, root, memoryLimit, stallTimeoutMs, signal })
    : await directoryTasks(project, source.directory, { services, signal });
  let emulation: Emulation | undefined;
  try {
    signal?.throwIfAborted();
    const target = await targetOf(options, split, engines);
    const tasks = split.map((task) => forTarget(task, target));
    await performResolution(tasks, target.architecture, deviceType ?? defaultDeviceType(target.architecture), {
      variables,
      resolvers,
      buildArgs,
      signal,
      hooks: ({ serviceName }) => ({
        resolved: (found) => onEvent({ service: serviceName, event: { type: "resolved", ...found } }),
      }),
    });
    const wanted = target.platform ?? target.preferred;
    // Several engines are there so that each builds what it runs by itself.
    if (wanted === undefined || "length" in engines) return await performBuilds(tasks, engines, { ...how, onEvent });
    const buildkit = how.builder === "classic" ? false : undefined;
    const engine = toEngine(engines);
    const emulating = new Emulation({ engine, platform: wanted, buildkit, options: given, buildArgs, signal });
    emulation = emulating;
    await emulating.prepare(tasks);
    const images = await performBuilds(tasks, engines, {
      ...how,
      onEvent: (event) => onEvent("service" in event && event.service !== undefined ? emulating.restore(event) : event),
    });
    return images.map((image) => emulating.explained(image));
  } finally {
    await emulation?.close();
    await releaseTasks(split);
  }
}

/** What is built for. */
interface Target {
  readonly architecture: string;
  readonly platform?: string | undefined;
  /** What the architecture is for an engine: many images of single boards are labelled with another one than theirs. */
  readonly preferred?: string | undefined;
}

/** What services are resolved and built for that do not say so themselves. */
async function targetOf(
  { architecture, deviceType, platform, signal }: BuildProjectOptions,
  tasks: readonly BuildTask[],
  engines: BuildEngines,
): Promise<Target> {
  const wanted = architecture ?? (deviceType === undefined ? undefined : deviceArchitecture(deviceType));
  if (platform !== undefined) return { architecture: wanted ?? architectureOf(platform), platform };
  // Images that are only pulled need nothing of this.
  if (tasks.every(({ external }) => external) && wanted === undefined) return { architecture: "amd64" };
  const pool = await EnginePool.open(engines, 1, { describes: true, onLost: () => undefined, signal });
  pool.close();
  const [first] = pool.members;
  const native = first?.native ?? "linux/amd64";
  if (wanted === undefined) return { architecture: architectureOf(native) };
  const preferred = platformOf(wanted);
  // What an engine does anyway is not asked of it.
  return { architecture: wanted, preferred: preferred === native && !pool.commonPlatform ? undefined : preferred };
}

function forTarget(task: BuildTask, { platform, preferred }: Target): BuildTask {
  if (task.dockerPlatform !== undefined) return task;
  if (platform !== undefined) return { ...task, dockerPlatform: platform };
  return preferred === undefined ? task : { ...task, preferredPlatform: preferred };
}

function isStream(source: ProjectSource): source is Readable {
  return "pipe" in source;
}
