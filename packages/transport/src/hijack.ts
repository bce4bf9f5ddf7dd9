import type { Duplex } from "node:stream";
import type Dockerode from "dockerode";
import { dial } from "./dial.ts";
import type { Engine } from "./engine.ts";

/** A request whose connection becomes a stream of bytes in both directions. */
export interface HijackRequest {
  readonly path: string;
  readonly method: "POST" | "GET";
  /** The protocol to switch to is `Upgrade`; `tcp` without it. A list is sent as a header of its own for each. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>> | undefined;
  /** Sent as JSON. */
  readonly body?: object | undefined;
  /** Ends the request, and later the stream, with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Takes a connection over from HTTP, on every transport. Ending the stream closes one direction only.
 * @throws the engine's answer as dockerode gives it (`statusCode`, `message`) where it doesn't switch protocols
 */
export function hijack(handle: Engine | Dockerode, request: HijackRequest): Promise<Duplex> {
  const { path, method, headers, body, signal } = request;
  return dial<Duplex>(handle, {
    path,
    method,
    headers: { ...headers, ...(body ? { "Content-Type": "application/json" } : {}) },
    // A body, also an empty one: without any the request would be chunked, and its last chunk part of the stream.
    body: Buffer.from(body ? JSON.stringify(body) : ""),
    hijack: true,
    signal,
  });
}
