import { Readable } from "node:stream";
import type { Engine } from "@slipway/transport";
import type { BuildRequest } from "../backend/build-request.ts";

/** Builds an image on the engine. What builds is loaded with the first build. */
export async function buildOnEngine(engine: Engine, request: BuildRequest): Promise<void> {
  const { build, buildDirectory } = await import("@slipway/build");
  const { context, auth, onStatus, fresh, name, dockerfile, labels, buildArgs, target, platform, signal } = request;
  const options = {
    dockerfile,
    tags: [name],
    labels,
    buildArgs,
    target,
    platform,
    noCache: fresh,
    ...(auth ? { registryAuth: auth } : {}),
    signal,
  };
  const run =
    context instanceof Readable ? build(engine, context, options) : buildDirectory(engine, context.directory, options);
  const names = new Map<string, string>();
  for await (const event of run) {
    if (event.type === "step") {
      names.set(event.id, event.name);
      if (!event.internal) onStatus?.({ step: event.name, text: event.state });
    } else if (event.type === "log") {
      onStatus?.({ step: names.get(event.step), stream: event.stream, text: event.data });
    }
  }
  await run.result;
}
