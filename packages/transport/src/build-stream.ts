import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import type Dockerode from "dockerode";
import { dial } from "./dial.ts";
import type { Engine } from "./engine.ts";
import { engineError } from "./engine-error.ts";
import { encodeForHeader } from "./images/auth-header.ts";
import { tieToSource } from "./tie-to-source.ts";

/** One build request. */
export interface BuildRequest {
  /** The context, as a tar stream; read at the engine's pace. */
  readonly tar: Readable;
  /** The engine's own parameters; objects and lists are sent as JSON. */
  readonly query: Readonly<Record<string, unknown>>;
  /** Credentials by registry. */
  readonly registryConfig?: Readonly<Record<string, { username: string; password: string }>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends a build to the engine and returns its answer as it comes: JSON records, a line each. An abort, an error of the
 * context, and destroying the answer end the request, and with it the build.
 */
export async function openBuildStream(handle: Engine | Dockerode, request: BuildRequest): Promise<Readable> {
  const { tar, registryConfig, signal } = request;
  signal?.throwIfAborted();
  const source = tieToSource(tar, signal);
  try {
    const answer = await dial<IncomingMessage>(handle, {
      path: "/build",
      method: "POST",
      query: request.query,
      headers: registryConfig ? { "X-Registry-Config": encodeForHeader(registryConfig) } : {},
      body: tar,
      signal: source.signal,
    });
    answer.once("close", () => source.release());
    return answer;
  } catch (error) {
    source.release();
    signal?.throwIfAborted();
    throw source.failure() ?? engineError(error, "sending the build to the engine");
  }
}
