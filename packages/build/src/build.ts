import type { Readable } from "node:stream";
import { describeEngine, type Dockerode, type Engine, toEngine } from "@slipway/transport";
import type { BuilderName, BuildEvent } from "./build-event.ts";
import { type BuildOptions, checkOptions } from "./build-options.ts";
import { buildQuery } from "./build-query.ts";
import type { BuiltStep } from "./build-tally.ts";
import { type BuilderChoice, chooseBuilder } from "./builder-choice.ts";
import { EventQueue } from "./event-queue.ts";
import { type BuiltImage, sendBuild } from "./send-build.ts";

/** What a build gave. */
export interface BuildResult {
  /** `sha256:…`, whichever builder it was. */
  readonly imageId: string;
  /**
   * Ids (`sha256:…`) of the intermediate images that the classic builder made or took from its cache, oldest first,
   * without base images and the final image. Empty with BuildKit, which makes none.
   */
  readonly layers: readonly string[];
  readonly builder: BuilderName;
  /** The Dockerfile's steps that were needed, in the order in which they began. */
  readonly steps: readonly BuiltStep[];
  readonly durationMs: number;
}

/**
 * A build under way. It goes on whether its events are read or not; they can be iterated once, from the first on. Both
 * the iteration and `result` end with the build's error; leaving the iteration early ends neither the build nor `result`.
 */
export interface BuildRun extends AsyncIterable<BuildEvent> {
  readonly result: Promise<BuildResult>;
}

/**
 * Builds an image from a context, which is destroyed at the end.
 *
 * @param context a tar stream
 * @returns a run whose `result` rejects with a `BuildError` for a build that fails, the context's own error if it has
 *   one, the signal's reason after an abort, and a `TransportError` if the engine cannot be reached
 */
export function build(handle: Engine | Dockerode, context: Readable, options: BuildOptions = {}): BuildRun {
  return startRun((emit) => runBuild(toEngine(handle), context, options, emit));
}

/** A run of `work`, whose events are what `work` emits. */
function startRun(work: (emit: (event: BuildEvent) => void) => Promise<BuildResult>): BuildRun {
  const events = new EventQueue();
  const result = work((event) => events.push(event));
  // Handled here too: whoever iterates learns of a failure by the iteration.
  result.then(
    () => events.end(),
    (error: unknown) => events.end({ error }),
  );
  return { result, [Symbol.asyncIterator]: () => events[Symbol.asyncIterator]() };
}

async function runBuild(
  engine: Engine,
  context: Readable,
  options: BuildOptions,
  emit: (event: BuildEvent) => void,
): Promise<BuildResult> {
  const since = performance.now();
  // A context may fail before anything else listens to it; its error is looked at when it is sent.
  context.on("error", () => undefined);
  let built: BuiltImage;
  let choice: BuilderChoice;
  try {
    checkOptions(options);
    options.signal?.throwIfAborted();
    choice = await chooseFor(engine, options);
    emit({ type: "builder", ...choice });
    built = await sendBuild(engine, {
      tar: context,
      query: buildQuery(options, choice.builder),
      builder: choice.builder,
      dockerfile: options.dockerfile ?? "Dockerfile",
      registryConfig: choice.builder === "classic" ? options.registryAuth : undefined,
      signal: options.signal,
      onEvent: emit,
    });
  } finally {
    context.destroy();
  }
  const { imageId, layers, tally } = built;
  return { imageId, layers, builder: choice.builder, steps: tally.steps, durationMs: performance.now() - since };
}

/** The builder for these options on this engine. */
export async function chooseFor(
  engine: Engine,
  options: Pick<BuildOptions, "builder" | "registryAuth" | "signal">,
): Promise<BuilderChoice> {
  const { builder, registryAuth, signal } = options;
  return chooseBuilder({ builder, registryAuth }, await describeEngine(engine, { signal }));
}
