import type { Readable } from "node:stream";
import { type Run, startRun } from "@slipway/run";
import { type BuildSessionOptions, describeEngine, type Dockerode, type Engine, toEngine } from "@slipway/transport";
import type { BuilderName, BuildEvent } from "./build-event.ts";
import { type BuildInput, directoryInput, sourceInput, streamInput } from "./build-input.ts";
import type { BuildOptions, DirectoryBuildOptions } from "./build-options.ts";
import { buildQuery } from "./build-query.ts";
import type { BuiltStep } from "./build-tally.ts";
import { chooseBuilder } from "./builder-choice.ts";
import { checkOptions } from "./check-options.ts";
import type { ContextSource, SourceBuildOptions } from "./context-source.ts";
import { classicCredentials, credentialsOf } from "./credentials.ts";
import { heldOutput } from "./held-output.ts";
import { type ReadSecrets, readSecrets } from "./read-secrets.ts";
import { sendBuild } from "./send-build.ts";

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
  /** What was sent of a folder that BuildKit may have known already; only of such builds. */
  readonly sent?: { readonly files: number; readonly bytes: number };
  /** The Dockerfile's steps that were needed, in the order in which they began. */
  readonly steps: readonly BuiltStep[];
  readonly durationMs: number;
}

/** A build under way. Of its output so much is held for a reader, and the oldest let go for a warning that says so. */
export type BuildRun = Run<BuildEvent, BuildResult>;

/**
 * Builds an image from a context, which is destroyed at the end.
 *
 * @param context a tar stream
 * @returns a run whose `result` rejects with a `BuildError` for a build that fails, the context's own error if it has
 *   one, the signal's reason after an abort, and a `TransportError` if the engine cannot be reached
 */
export function build(handle: Engine | Dockerode, context: Readable, options: BuildOptions = {}): BuildRun {
  // A context may fail before anything else listens to it; its error is looked at when it is sent.
  context.on("error", () => undefined);
  return startRun(async (emit) => {
    try {
      return await runBuild(toEngine(handle), options, emit, () =>
        streamInput(context, options.dockerfile, options.signal),
      );
    } finally {
      context.destroy();
    }
  }, heldOutput);
}

/**
 * Builds an image from a folder, without what its ignore file leaves out. BuildKit is sent only what has changed since it
 * last saw the folder; the classic builder gets all of it. Otherwise as {@link build}.
 */
export function buildDirectory(
  handle: Engine | Dockerode,
  directory: string,
  options: DirectoryBuildOptions = {},
): BuildRun {
  const { dockerfileText: _, ...buildOptions } = options;
  return startRun(
    (emit) => runBuild(toEngine(handle), buildOptions, emit, () => directoryInput(directory, options)),
    heldOutput,
  );
}

/**
 * Builds an image of files that can be had by their paths. Unlike in a tar stream, the Dockerfile and the ignore file need
 * not be among them for BuildKit. Otherwise as {@link build}.
 */
export function buildSource(handle: Engine | Dockerode, source: ContextSource, options: SourceBuildOptions): BuildRun {
  const { dockerfileText: _, ...buildOptions } = options;
  source.tar.on("error", () => undefined);
  return startRun(async (emit) => {
    try {
      return await runBuild(toEngine(handle), buildOptions, emit, () => Promise.resolve(sourceInput(source, options)));
    } finally {
      source.tar.destroy();
    }
  }, heldOutput);
}

async function runBuild(
  engine: Engine,
  options: BuildOptions,
  emit: (event: BuildEvent) => void,
  openInput: () => Promise<BuildInput>,
): Promise<BuildResult> {
  const since = performance.now();
  checkOptions(options);
  const { dockerfile = "Dockerfile", signal } = options;
  signal?.throwIfAborted();
  const described = options.description ?? (await describeEngine(engine, { nativeOnly: true, signal }));
  const read = await readSecrets(options);
  const input = await openInput();
  const choice = chooseBuilder(options, described, input.known?.tree);
  const { builder } = choice;
  emit({ type: "builder", ...choice });
  const { tar, session, dockerfile: name } = input.open(builder);
  const { imageId, layers, sent, tally } = await sendBuild(engine, {
    tar,
    session: builder === "buildkit" ? sessionOf(options, read, session) : undefined,
    query: buildQuery(name === undefined ? options : { ...options, dockerfile: name }, builder, described.kind),
    builder,
    dockerfile,
    known: input.known,
    registryConfig: builder === "classic" ? await classicCredentials(options, input.known?.tree) : undefined,
    signal,
    onEvent: emit,
  });
  const durationMs = performance.now() - since;
  return { imageId, layers, builder, steps: tally.steps, ...(session ? { sent } : {}), durationMs };
}

/** What a BuildKit build may ask for. Also where that is nothing: without a session, optional mounts fail. */
export function sessionOf(
  { registryAuth }: Pick<BuildOptions, "registryAuth">,
  { secrets, agents }: ReadSecrets,
  files?: BuildSessionOptions,
): BuildSessionOptions {
  return { ...files, secrets, agents, credentials: registryAuth && credentialsOf(registryAuth) };
}
