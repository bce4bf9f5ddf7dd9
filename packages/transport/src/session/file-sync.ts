import type { FileSource, SourceFile } from "./file-source.ts";
import type { GrpcCall, GrpcMethod } from "./grpc-call.ts";
import { type Packet, packetCodec } from "./packet.ts";
import { statFrames } from "./stat-frames.ts";

/** So many files are read at once: most of a small file's time is spent waiting. */
const filesAtOnce = 8;

/** What a session tells of its file transfers. */
export interface FileSyncWatcher {
  /** A file of so many bytes is sent, since the engine does not have it as it is. */
  readonly onFile?: ((path: string, size: number) => void) | undefined;
  /** The source failed, and with it the transfer. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** BuildKit's FileSync: the engine learns of all files, and asks for those that it does not have as they are. */
export function fileSyncService(
  files: FileSource,
  watcher: FileSyncWatcher,
  dockerfiles: FileSource = files,
): Record<string, GrpcMethod> {
  return {
    "/moby.filesync.v1.FileSync/DiffCopy": (call) => {
      const source = call.metadata("dir-name")[0] === "dockerfile" ? dockerfiles : files;
      return new Transfer(call, source, watcher).run();
    },
  };
}

class Transfer {
  readonly #call: GrpcCall;
  readonly #source: FileSource;
  readonly #watcher: FileSyncWatcher;
  /** By the number that the engine asks by: the place in the list. */
  readonly #files = new Map<number, SourceFile>();
  readonly #wanted: number[] = [];
  readonly #senders = new Set<Promise<void>>();
  #over = false;

  constructor(call: GrpcCall, source: FileSource, watcher: FileSyncWatcher) {
    this.#call = call;
    this.#source = source;
    this.#watcher = watcher;
  }

  async run(): Promise<void> {
    await Promise.all([this.#guard(this.#list()), this.#receive()]);
  }

  async #list(): Promise<void> {
    const call = this.#call;
    const request = {
      name: call.metadata("dir-name")[0] ?? "",
      followPaths: call.metadata("followpaths"),
      includePatterns: call.metadata("include-patterns"),
      excludePatterns: call.metadata("exclude-patterns"),
    };
    let id = 0;
    for await (const files of this.#source.list(request, call.signal)) {
      for (const file of files) {
        if (file.type === "file") this.#files.set(id, file);
        id += 1;
      }
      await call.writeFrames(statFrames(files));
    }
    await this.#write({ type: "stat" });
  }

  async #receive(): Promise<void> {
    for await (const packet of this.#call.messages(packetCodec)) {
      if (packet.type === "request") {
        this.#wanted.push(packet.id);
        if (this.#senders.size < filesAtOnce) this.#startSender();
      } else if (packet.type === "end" || packet.type === "error") {
        await Promise.all(this.#senders);
        if (packet.type === "end" && !this.#over) await this.#write(packet);
        return;
      }
    }
  }

  #startSender(): void {
    const sender = this.#guard(this.#sendWanted()).finally(() => this.#senders.delete(sender));
    this.#senders.add(sender);
  }

  async #sendWanted(): Promise<void> {
    for (let id = this.#wanted.shift(); id !== undefined; id = this.#wanted.shift()) {
      const file = this.#files.get(id);
      this.#files.delete(id);
      const end: Packet = { type: "data", id };
      let left = file?.size ?? 0;
      if (file) {
        this.#watcher.onFile?.(file.path, file.size);
        for await (const data of this.#source.open(file, this.#call.signal)) {
          left -= data.length;
          // With its end in the same write, as a small file's time is that of its writes.
          if (left === 0) await this.#call.writeAll(packetCodec, [{ type: "data", id, data }, end]);
          else await this.#write({ type: "data", id, data });
        }
      }
      if (!file?.size || left > 0) await this.#write(end);
    }
  }

  async #write(packet: Packet): Promise<void> {
    await this.#call.write(packetCodec, packet);
  }

  /** A failure of the source ends the transfer; one after the call's end is none, as nobody waits for files then. */
  async #guard(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (this.#over || this.#call.signal.aborted) return;
      this.#over = true;
      this.#watcher.onError?.(error);
      const data = Buffer.from(error instanceof Error ? error.message : String(error));
      await this.#write({ type: "error", data }).catch(() => undefined);
    }
  }
}
