import { PassThrough, type Readable } from "node:stream";
import { build, buildDirectory, type BuildEvent, type BuildRun, buildSource } from "@slipway/build";
import type { Engine, EngineDescription } from "@slipway/transport";
import type { BuildTask } from "./build-task.ts";
import type { MadeImage } from "./local-image.ts";
import { MultibuildError } from "./multibuild-error.ts";
import type { PerformBuildsOptions } from "./perform-builds-options.ts";
import { taskBuildOptions } from "./task-build-options.ts";

/** What a build is done with. */
export interface BuildOneOptions extends PerformBuildsOptions {
  /** Further names of the image. */
  readonly tags: readonly string[];
  /** The platform, where the task names none. */
  readonly platform: string | undefined;
  /** What the engine is, where that was asked. */
  readonly description: EngineDescription | undefined;
  /** Whether it was begun before: its files are read anew. */
  readonly again: boolean;
  readonly onBuildEvent: (event: BuildEvent) => void;
  readonly signal: AbortSignal;
}

/** Builds the image of a task that was resolved; those of `tasks` whose build is the same hear its output too. */
export async function buildOne(
  task: BuildTask,
  hearers: readonly BuildTask[],
  engine: Engine,
  options: BuildOneOptions,
): Promise<MadeImage> {
  const run = start(task, engine, options);
  const outputs = hearers.flatMap((hearer) => {
    if (!hearer.streamHook) return [];
    const output = new PassThrough({ encoding: "utf8" });
    hearer.streamHook(output);
    return [output];
  });
  try {
    for await (const event of run) {
      for (const hearer of hearers) hearer.eventHook?.(event);
      options.onBuildEvent(event);
      const text = outputs.length > 0 ? textOf(event) : "";
      // Not waited for: a hook that doesn't read must not hold the build up.
      if (text !== "") for (const output of outputs) output.write(text);
    }
    const result = await run.result;
    return { imageId: result.imageId, layers: result.layers, build: result };
  } finally {
    for (const output of outputs) output.end();
  }
}

/** Whether a task's build can be begun again: whether its files are there still. */
export function isRepeatable({ external, buildStream, openStream }: BuildTask): boolean {
  return external || (openStream !== undefined && buildStream === openStream.stream);
}

function start(task: BuildTask, engine: Engine, options: BuildOneOptions): BuildRun {
  const { buildStream, openStream } = task;
  const own = taskBuildOptions(task, options);
  const how = {
    ...own,
    tags: [...(own.tags ?? []), ...options.tags],
    platform: own.platform ?? options.platform,
    description: options.description,
  };
  const stream = usable(task, options.again);
  if (!openStream || openStream.stream !== buildStream) return build(engine, stream, how);
  const { directory, dockerfileText, source } = openStream;
  if (source)
    return buildSource(engine, { files: source.files, tar: stream }, { ...how, dockerfileText: source.dockerfileText });
  if (directory === undefined) return build(engine, stream, how);
  // A builder that knows the folder is sent only what has changed.
  stream.destroy();
  return buildDirectory(engine, directory, { ...how, dockerfileText });
}

function usable(task: BuildTask, again: boolean): Readable {
  const { serviceName, resolved, buildStream, openStream } = task;
  if (!resolved || !buildStream) {
    throw new MultibuildError("MULTIBUILD_TASK_NOT_READY", `service ${serviceName} has no Dockerfile yet`, {
      hint: "call performResolution before performBuilds",
    });
  }
  if (again && openStream) return openStream.open();
  if (!buildStream.destroyed) return buildStream;
  throw new MultibuildError("MULTIBUILD_TASK_NOT_READY", `the files of service ${serviceName} were used up`, {
    hint: "a task is built once; split the project's stream again for a second build",
  });
}

function textOf(event: BuildEvent): string {
  if (event.type === "log") return event.data;
  if (event.type === "warning") return `${event.message}\n`;
  return event.type === "step" && event.state === "started" && !event.internal ? `${event.name}\n` : "";
}
