import { PassThrough } from "node:stream";
import { build, type BuildEvent } from "@slipway/build";
import type { Engine } from "@slipway/transport";
import type { BuildTask } from "./build-task.ts";
import type { LocalImage } from "./local-image.ts";
import { MultibuildError } from "./multibuild-error.ts";
import type { PerformBuildsOptions } from "./perform-builds-options.ts";
import { taskBuildOptions } from "./task-build-options.ts";

/** Builds the image of a task that was resolved. */
export async function buildTask(
  task: BuildTask,
  engine: Engine,
  options: PerformBuildsOptions & { readonly signal: AbortSignal },
): Promise<Pick<LocalImage, "name" | "imageId" | "layers" | "build">> {
  const context = task.buildStream;
  if (!task.resolved || !context) {
    throw new MultibuildError("MULTIBUILD_TASK_NOT_READY", `service ${task.serviceName} has no Dockerfile yet`, {
      hint: "call performResolution before performBuilds",
    });
  }
  if (context.destroyed) {
    throw new MultibuildError("MULTIBUILD_TASK_NOT_READY", `the files of service ${task.serviceName} were used up`, {
      hint: "a task is built once; split the project's stream again for a second build",
    });
  }
  const run = build(engine, context, taskBuildOptions(task, options));
  const output = task.streamHook ? new PassThrough({ encoding: "utf8" }) : undefined;
  if (output) task.streamHook?.(output);
  try {
    for await (const event of run) {
      task.eventHook?.(event);
      options.onEvent?.({ service: task.serviceName, event });
      const text = output ? textOf(event) : "";
      // Not waited for: a hook that doesn't read must not hold the build up.
      if (text !== "") output?.write(text);
    }
    const result = await run.result;
    return { name: task.tag ?? result.imageId, imageId: result.imageId, layers: result.layers, build: result };
  } finally {
    output?.end();
  }
}

function textOf(event: BuildEvent): string {
  if (event.type === "log") return event.data;
  if (event.type === "warning") return `${event.message}\n`;
  return event.type === "step" && event.state === "started" && !event.internal ? `${event.name}\n` : "";
}
