import { finished, type Readable } from "node:stream";
import { isSlipwayError } from "@slipway/errors";
import {
  type BuildRequest,
  type BuildSession,
  type BuildSessionOptions,
  type Engine,
  engineError,
  inspectImage,
  openBuildSession,
  openBuildStream,
} from "@slipway/transport";
import { BuildError } from "./build-error.ts";
import type { BuilderName, BuildEvent } from "./build-event.ts";
import { buildFailure, type FailureFacts, knownFailure } from "./build-failure.ts";
import type { RegistryCredentials } from "./build-options.ts";
import { BuildTally } from "./build-tally.ts";
import type { BuilderOutput } from "./builder-output.ts";
import { readBuildkitTrace } from "./buildkit-trace.ts";
import { readClassicOutput } from "./classic-output.ts";
import { jsonRecords } from "./json-records.ts";
import type { KnownDockerfile } from "./known-dockerfile.ts";
import { Mask } from "./mask.ts";

/** What the engine takes has more fields than transport's type names. */
type RegistryConfig = BuildRequest["registryConfig"];

/** One build, as the engine is asked for it. */
export interface BuildJob {
  /** A tar stream; nothing is left to send where the session has the files. */
  readonly tar: Readable;
  /** What the engine asks for in the course of the build; only BuildKit does. */
  readonly session?: BuildSessionOptions | undefined;
  /** The engine's own parameters. */
  readonly query: Readonly<Record<string, unknown>>;
  readonly builder: BuilderName;
  /** The Dockerfile's name, for messages. */
  readonly dockerfile: string;
  /** What is known of the Dockerfile, or will be by the build's end: it tells where a failure is. */
  readonly known?: KnownDockerfile | Promise<KnownDockerfile | undefined> | undefined;
  readonly registryConfig?: Readonly<Record<string, RegistryCredentials>> | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent: (event: BuildEvent) => void;
  /** Sees every record of the engine's answer, before its events. */
  readonly onRecord?: ((record: Record<string, unknown>) => void) | undefined;
}

/** What a build gave, beside its events. */
export interface BuiltImage {
  /** `sha256:…` */
  readonly imageId: string;
  /** What was sent of an incremental context. */
  readonly sent: { readonly files: number; readonly bytes: number };
  /** Full ids of the intermediate images; empty with BuildKit. */
  readonly layers: string[];
  readonly tally: BuildTally;
}

/**
 * Sends a build to the engine and follows it to its end.
 *
 * @throws {BuildError} for a build that failed; the context's own error; the signal's reason; a `TransportError`
 */
export async function sendBuild(engine: Engine, job: BuildJob): Promise<BuiltImage> {
  const tally = new BuildTally();
  const context = new AbortController();
  const sent = { files: 0, bytes: 0 };
  const stopWatching = watchContext(job.tar, (error) => context.abort(error));
  const signal = job.signal ? AbortSignal.any([job.signal, context.signal]) : context.signal;
  const layers = new LayerIds(engine);
  let session: BuildSession | undefined;
  let filesFailed: { readonly error: unknown } | undefined;
  try {
    signal.throwIfAborted();
    if (job.session) {
      session = await openBuildSession(engine, {
        ...job.session,
        onFile: (_, size) => {
          sent.files += 1;
          sent.bytes += size;
        },
        onError: (error) => {
          filesFailed = { error };
          context.abort(error);
        },
        signal,
      });
    }
    await follow(engine, { ...job, query: { ...job.query, ...sessionQuery(job, session) }, signal }, tally, layers);
  } catch (error) {
    job.tar.destroy();
    if (tally.container !== undefined) await removeContainer(engine, tally.container);
    job.signal?.throwIfAborted();
    // The context closes after every failure; only where that is what was thrown did it come first.
    if (context.signal.aborted && error === context.signal.reason) throw error;
    throw await asBuildError(error, job);
  } finally {
    session?.close();
    stopWatching();
    job.tar.destroy();
  }
  // The engine may be done before it is told why the files failed.
  if (filesFailed) throw filesFailed.error;
  if (tally.failure) throw await failureOf(tally, job);
  if (tally.imageId === undefined) {
    throw new BuildError("BUILD_BROKEN_STREAM", "the engine's answer ended before the build did", {
      hint: "see whether the engine was stopped or restarted; then build again",
    });
  }
  const imageId = await fullId(engine, tally.imageId);
  if (imageId === undefined) {
    throw new BuildError("BUILD_BROKEN_STREAM", `the engine has no image ${tally.imageId}, which it says it built`, {
      hint: "see whether something removes images while they are built; then build again",
    });
  }
  job.onEvent({ type: "image", imageId });
  return { imageId, layers: await layers.besides(imageId), sent, tally };
}

/** The full ids of a build's layers, asked for while it goes on: engines are slow to tell. */
class LayerIds {
  readonly #engine: Engine;
  /** By short ids. The last may be the image, whose full id the engine will say by itself. */
  readonly #known = new Map<string, Promise<string | undefined>>();
  #last: string | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  add(id: string): void {
    if (this.#last !== undefined) this.#ask(this.#last);
    this.#last = id;
  }

  async besides(imageId: string): Promise<string[]> {
    if (this.#last !== undefined && !imageId.replace("sha256:", "").startsWith(this.#last)) this.#ask(this.#last);
    const ids = await Promise.all(this.#known.values());
    return [...new Set(ids)].filter((id) => id !== undefined && id !== imageId) as string[];
  }

  #ask(id: string): void {
    if (this.#known.has(id)) return;
    const asked = fullId(this.#engine, id);
    asked.catch(() => undefined);
    this.#known.set(id, asked);
  }
}

function sessionQuery({ session }: BuildJob, opened: BuildSession | undefined): Record<string, string> {
  if (!opened) return {};
  return { session: opened.id, ...(session?.files ? { remote: "client-session" } : {}) };
}

/** The full id of an image that the engine calls `id`; undefined where it has it no more. */
export async function fullId(engine: Engine, id: string): Promise<string | undefined> {
  const digits = id.replace(/^sha256:/, "");
  if (/^[0-9a-f]{64}$/.test(digits)) return `sha256:${digits}`;
  const image = await inspectImage(engine, id);
  return image?.Id;
}

async function follow(engine: Engine, job: BuildJob, tally: BuildTally, layers: LayerIds): Promise<void> {
  const { tar, query, registryConfig, signal } = job;
  const mask = new Mask([...(job.session?.secrets?.values() ?? [])].map((secret) => Buffer.from(secret).toString()));
  const answer = await openBuildStream(engine, {
    tar,
    query,
    registryConfig: registryConfig as RegistryConfig,
    signal,
  });
  const read = job.builder === "buildkit" ? readBuildkitTrace : readClassicOutput;
  for await (const output of masked(read(tapped(jsonRecords(answer), job.onRecord)), mask)) {
    tally.add(output);
    if (output.type === "layer" && output.made) layers.add(output.id);
    switch (output.type) {
      case "failure":
      case "layer":
      case "stage":
      case "container":
      case "image": // told once its id is known in full
        break;
      case "builder":
      case "step":
      case "log":
      case "progress":
      case "warning":
        job.onEvent(output);
    }
  }
}

async function* masked(outputs: AsyncIterable<BuilderOutput>, mask: Mask): AsyncGenerator<BuilderOutput, void, void> {
  for await (const output of outputs) yield* mask.apply(output);
  yield* mask.end();
}

async function* tapped(
  records: AsyncIterable<Record<string, unknown>>,
  tap: BuildJob["onRecord"],
): AsyncGenerator<Record<string, unknown>, void, void> {
  for await (const record of records) {
    tap?.(record);
    yield record;
  }
}

/** Tells of a context that fails or is cut off, before it is sent too. Returns how to stop. */
function watchContext(tar: Readable, tell: (error: unknown) => void): () => void {
  if (tar.readableEnded || (tar.destroyed && !tar.errored)) {
    tell(cutOff("the build context was read or closed before the build began"));
    return () => undefined;
  }
  return finished(tar, { writable: false }, (error) => {
    if (!error) return;
    tell(error.code === "ERR_STREAM_PREMATURE_CLOSE" ? cutOff("the build context was closed before its end") : error);
  });
}

function cutOff(message: string): BuildError {
  return new BuildError("BUILD_BAD_CONTEXT", message, {
    hint: "give a tar stream that nothing else reads or destroys",
  });
}

async function failureOf(tally: BuildTally, job: BuildJob): Promise<BuildError> {
  const { message = "", exitCode } = tally.failure ?? {};
  const { name: step, output } = tally.failed ?? {};
  return buildFailure({ ...(await failureFacts(job)), message, exitCode, step, output });
}

async function failureFacts({ dockerfile, builder, known, query }: BuildJob): Promise<Omit<FailureFacts, "message">> {
  const { platform } = query;
  return { dockerfile, builder, known: await known, platform: typeof platform === "string" ? platform : undefined };
}

/** What the engine refuses before it builds comes as an HTTP status, in words that are the build's. */
async function asBuildError(error: unknown, job: BuildJob): Promise<unknown> {
  if (!isSlipwayError(error)) return engineError(error, "reading the engine's answer to the build");
  const { statusCode, message } = (error.cause ?? {}) as { statusCode?: unknown; message?: unknown };
  if (typeof statusCode !== "number" || typeof message !== "string") return error;
  // dockerode puts the status before the engine's words.
  const words = message.replace(/^\(HTTP code \d+\) .*? - /, "");
  return knownFailure({ ...(await failureFacts(job)), message: words }) ?? error;
}

/**
 * The engine removes the container of a build that is given up, but in its own time; podman not at all. Removing it
 * here means that it is gone when the build's promise settles.
 */
async function removeContainer(engine: Engine, id: string): Promise<void> {
  const container = engine.docker.getContainer(id);
  try {
    await container.remove({ force: true, v: true });
  } catch (error) {
    // 409: the engine is at it. Anything else is no news to somebody who gave the build up or lost the engine.
    if ((error as { statusCode?: number }).statusCode !== 409) return;
    const abortSignal = AbortSignal.timeout(10_000);
    await container.wait({ condition: "removed", abortSignal }).catch(() => undefined);
  }
}
