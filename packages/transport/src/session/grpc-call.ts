import { once } from "node:events";
import type { ServerHttp2Stream } from "node:http2";
import type { Codec } from "./message.ts";

/** Of gRPC's status codes, those that a session answers with. */
const statusCodes = { ok: 0, notFound: 5, unimplemented: 12, internal: 13 } as const;

/** An answer that is an error. */
export interface GrpcStatus {
  readonly status: keyof typeof statusCodes;
  readonly message: string;
}

/** Answers a call. What it throws is the call's status: a {@link GrpcStatus}, or anything else for an internal error. */
export type GrpcMethod = (call: GrpcCall) => Promise<void>;

/** The bytes before each message: whether it is compressed, and its length. */
export const frameHeader = 5;

/** A call of one of our methods, over HTTP/2: messages with a length before each, and a status at the end. */
export class GrpcCall {
  readonly #stream: ServerHttp2Stream;
  readonly #headers: readonly string[];
  readonly #ended = new AbortController();
  #drained: Promise<unknown> | undefined;

  /** @param headers names and values in turn, as they came */
  constructor(stream: ServerHttp2Stream, headers: readonly string[]) {
    this.#stream = stream;
    this.#headers = headers;
    const end = (): void => this.#ended.abort();
    stream.once("close", end);
    stream.once("aborted", end);
    // What there is to say of a lost call is said by the build.
    stream.on("error", end);
  }

  /** Aborts when nobody waits for the call's answer any more. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /** All values of a header. Engines write UTF-8, or query-escape it and say so in a header beside it. */
  metadata(name: string): string[] {
    const values = this.#values(name);
    const encoded = this.#values(`${name}-encoded`).length > 0;
    return values.map((value) => (encoded ? decodeURIComponent(value.replaceAll("+", " ")) : utf8(value)));
  }

  /** The messages that are sent to us, until the other side has no more. */
  async *messages<T>(codec: Codec<T>): AsyncGenerator<T, void, undefined> {
    let rest: Buffer = Buffer.alloc(0);
    // Not destroyed by who has read enough: the answer is still to be sent.
    for await (const chunk of this.#stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      while (rest.length >= frameHeader) {
        const end = frameHeader + rest.readUInt32BE(1);
        if (rest.length < end) break;
        if (rest[0] !== 0) throw { status: "unimplemented", message: "compressed messages" } satisfies GrpcStatus;
        yield codec.decode(rest.subarray(frameHeader, end));
        rest = rest.subarray(end);
      }
    }
  }

  /** Sends a message, and waits until the other side takes more; with a tail, until that is sent and may be reused. */
  async write<T>(codec: Codec<T>, message: T): Promise<void> {
    this.signal.throwIfAborted();
    const body = codec.encode(message);
    const tail = codec.tail?.(message);
    const stream = this.#stream;
    stream.cork();
    stream.write(frameHead(body, tail));
    const goOn = stream.write(body);
    const sent = tail && this.#writeTail(tail);
    stream.uncork();
    if (sent) await sent;
    else if (!goOn) await this.#drain();
  }

  /** Sends messages as one piece, a copy, and waits until the other side takes more. */
  async writeAll<T>(codec: Codec<T>, messages: readonly T[]): Promise<void> {
    const frames = messages.flatMap((message) => {
      const body = codec.encode(message);
      const tail = codec.tail?.(message);
      return [frameHead(body, tail), body, ...(tail ? [tail] : [])];
    });
    await this.writeFrames(Buffer.concat(frames));
  }

  /** Sends messages that have their heads before them already, and waits until the other side takes more. */
  async writeFrames(frames: Uint8Array): Promise<void> {
    this.signal.throwIfAborted();
    if (!this.#stream.write(frames)) await this.#drain();
  }

  #writeTail(tail: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#stream.write(tail, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Has the call answered by a method. */
  async answer(method: GrpcMethod | undefined): Promise<void> {
    const stream = this.#stream;
    let status: GrpcStatus = { status: "ok", message: "" };
    stream.respond({ ":status": 200, "content-type": "application/grpc+proto" }, { waitForTrailers: true });
    stream.once("wantTrailers", () => {
      stream.sendTrailers({
        "grpc-status": String(statusCodes[status.status]),
        ...(status.message === "" ? {} : { "grpc-message": encodeURIComponent(status.message) }),
      });
    });
    try {
      if (!method) throw { status: "unimplemented", message: "no such method" } satisfies GrpcStatus;
      await method(this);
    } catch (error) {
      status = isStatus(error) ? error : { status: "internal", message: (error as Error).message };
    }
    if (stream.closed) return;
    stream.resume();
    stream.end();
  }

  /** One wait for all that write at once. */
  async #drain(): Promise<void> {
    this.#drained ??= once(this.#stream, "drain", { signal: this.signal });
    try {
      await this.#drained;
    } finally {
      this.#drained = undefined;
    }
  }

  #values(name: string): string[] {
    return this.#headers.filter((_, i) => i % 2 === 1 && this.#headers[i - 1] === name);
  }
}

/** A method with one message in and one out. */
export function unary<Request, Response>(
  request: Codec<Request>,
  response: Codec<Response>,
  handle: (request: Request) => Promise<Response> | Response,
): GrpcMethod {
  return async (call) => {
    for await (const message of call.messages(request)) {
      await call.write(response, await handle(message));
      return;
    }
  };
}

function isStatus(error: unknown): error is GrpcStatus {
  return (
    typeof error === "object" && error !== null && "status" in error && Object.hasOwn(statusCodes, String(error.status))
  );
}

/** Headers are read byte for byte. */
function utf8(header: string): string {
  return Buffer.from(header, "latin1").toString("utf8");
}

function frameHead(body: Uint8Array, tail: Uint8Array | undefined): Buffer {
  const head = Buffer.alloc(frameHeader);
  head.writeUInt32BE(body.length + (tail?.length ?? 0), 1);
  return head;
}
