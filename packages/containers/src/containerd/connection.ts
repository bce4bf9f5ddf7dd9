import { Client, credentials, Metadata, status, type ServiceError } from "@grpc/grpc-js";
import { ContainersError } from "../containers-error.ts";
import type { Sparse } from "./message.ts";
import { methods, type Method, type WriteRequest } from "./messages.ts";

/** What a call may have beside its request. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Keeps what the call makes from being collected until the lease ends. */
  readonly lease?: string | undefined;
}

const pieceSize = 512 * 1024;
const largestMessage = 16 * 1024 * 1024;

/** containerd's API at a socket, in one of its namespaces. */
export class Connection {
  readonly address: string;
  readonly namespace: string;
  readonly #client: Client;

  constructor(address: string, namespace: string) {
    this.address = address;
    this.namespace = namespace;
    this.#client = new Client(`unix:${address}`, credentials.createInsecure(), {
      "grpc.max_receive_message_length": largestMessage,
    });
  }

  /** Calls a method that is answered once. */
  call<Request, Response>(
    { path, request, response }: Method<Request, Response>,
    message: Sparse<Request>,
    { signal, lease }: CallOptions = {},
  ): Promise<Response> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const call = this.#client.makeUnaryRequest(
        path,
        request.encode,
        response.decode,
        message,
        this.#metadata(lease),
        (error, answer) => {
          signal?.removeEventListener("abort", cancel);
          if (!error) return resolve(answer as Response);
          reject(signal?.aborted ? (signal.reason as Error) : this.#failure(path, error));
        },
      );
      const cancel = (): void => call.cancel();
      signal?.addEventListener("abort", cancel, { once: true });
    });
  }

  /** The same where what is addressed may not be there: undefined then. */
  async find<Request, Response>(
    method: Method<Request, Response>,
    message: Sparse<Request>,
    options: CallOptions = {},
  ): Promise<Response | undefined> {
    try {
      return await this.call(method, message, options);
    } catch (error) {
      if (isStatus(error, status.NOT_FOUND)) return undefined;
      throw error;
    }
  }

  /** The same where it may be there already: false then. */
  async make<Request, Response>(
    method: Method<Request, Response>,
    message: Sparse<Request>,
    options: CallOptions = {},
  ): Promise<boolean> {
    try {
      await this.call(method, message, options);
      return true;
    } catch (error) {
      if (isStatus(error, status.ALREADY_EXISTS)) return false;
      throw error;
    }
  }

  /** Content by its digest, whole: manifests and configurations. */
  async readContent(digest: string, { signal }: CallOptions = {}): Promise<Buffer> {
    const { path, request, response } = methods.readContent;
    const call = this.#client.makeServerStreamRequest(
      path,
      request.encode,
      response.decode,
      { digest },
      this.#metadata(),
    );
    const cancel = (): void => call.cancel();
    signal?.addEventListener("abort", cancel, { once: true });
    try {
      const parts: Buffer[] = [];
      for await (const { data } of call as AsyncIterable<{ data: Buffer }>) parts.push(data);
      return Buffer.concat(parts);
    } catch (error) {
      signal?.throwIfAborted();
      throw this.#failure(path, error as ServiceError);
    } finally {
      signal?.removeEventListener("abort", cancel);
    }
  }

  /** Stores content, unless it is there. containerd checks it against its digest. */
  async writeContent(
    content: { readonly digest: string; readonly size: number; readonly ref: string },
    source: AsyncIterable<Uint8Array>,
    labels: Readonly<Record<string, string>>,
    { signal, lease }: CallOptions,
  ): Promise<void> {
    const { path, request, response } = methods.writeContent;
    const call = this.#client.makeBidiStreamRequest(path, request.encode, response.decode, this.#metadata(lease));
    const ended = new Promise<void>((resolve, reject) => {
      // Two is a commit, which is the last answer.
      call.on("data", ({ action }: { action: number }) => action === 2 && resolve());
      call.on("error", (error: ServiceError) =>
        error.code === status.ALREADY_EXISTS ? resolve() : reject(this.#failure(path, error)),
      );
      call.on("end", () => reject(this.#failure(path, { details: "the answer ended early" } as ServiceError)));
    });
    ended.catch(() => undefined);
    const cancel = (): void => call.cancel();
    signal?.addEventListener("abort", cancel, { once: true });
    const { digest, size, ref } = content;
    let offset = 0;
    const send = async (message: Sparse<WriteRequest>): Promise<void> => {
      const sent = { ref, total: size, expected: digest, offset, ...message };
      if (!call.write(sent)) await Promise.race([new Promise((resolve) => call.once("drain", resolve)), ended]);
    };
    try {
      for await (const chunk of source) {
        for (let at = 0; at < chunk.length; at += pieceSize) {
          const data = Buffer.from(chunk.subarray(at, at + pieceSize));
          await send({ action: 1, data });
          offset += data.length;
        }
      }
      await send({ action: 2, labels });
      await ended;
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener("abort", cancel);
      call.cancel();
    }
  }

  close(): void {
    this.#client.close();
  }

  #metadata(lease?: string): Metadata {
    const metadata = new Metadata();
    metadata.set("containerd-namespace", this.namespace);
    if (lease) metadata.set("containerd-lease", lease);
    return metadata;
  }

  #failure(path: string, error: ServiceError): ContainersError {
    const name = path.slice(path.lastIndexOf(".") + 1).replace("/", ".");
    const unreachable = error.code === status.UNAVAILABLE;
    return new ContainersError(
      unreachable ? "CONTAINERS_BACKEND_NOT_AVAILABLE" : "CONTAINERS_BACKEND_REFUSED",
      unreachable ? `no answer at ${this.address}: ${error.details}` : `containerd's ${name}: ${error.details}`,
      { cause: error },
    );
  }
}

/** Whether an error is containerd's with this status. */
export function isStatus(error: unknown, code: status): boolean {
  return ((error as Error | undefined)?.cause as ServiceError | undefined)?.code === code;
}
