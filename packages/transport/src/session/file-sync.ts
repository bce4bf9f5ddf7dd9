import { once } from "node:events";
import type { ServerDuplexStream } from "@grpc/grpc-js";
import type { FileSource, FilesRequest, SourceFile } from "./file-source.ts";
import { method } from "./message.ts";
import { type Packet, packetCodec } from "./packet.ts";
import type { SessionService } from "./session-service.ts";

type Call = ServerDuplexStream<Packet, Packet>;

/** So many files are read at once: most of a small file's time is spent waiting. */
const filesAtOnce = 8;

/** What a session tells of its file transfers. */
export interface FileSyncWatcher {
  /** A file of so many bytes is sent, since the engine does not have it as it is. */
  onFile?: ((path: string, size: number) => void) | undefined;
  /** The source failed, and with it the transfer. */
  onError: (error: unknown) => void;
}

/** BuildKit's FileSync: the engine learns of all files, and asks for those that it does not have as they are. */
export function fileSyncService(source: FileSource, watcher: FileSyncWatcher): SessionService {
  return {
    announced: true,
    definition: {
      DiffCopy: method("/moby.filesync.v1.FileSync/DiffCopy", packetCodec, packetCodec, {
        request: true,
        response: true,
      }),
    },
    implementation: {
      DiffCopy: (call: Call) => void new Transfer(call, source, watcher).run(),
    },
  };
}

class Transfer {
  readonly #call: Call;
  readonly #source: FileSource;
  readonly #watcher: FileSyncWatcher;
  readonly #ended = new AbortController();
  /** By the number that the engine asks by: the place in the list. */
  readonly #files = new Map<number, SourceFile>();
  readonly #wanted: number[] = [];
  #sending = 0;

  constructor(call: Call, source: FileSource, watcher: FileSyncWatcher) {
    this.#call = call;
    this.#source = source;
    this.#watcher = watcher;
  }

  async run(): Promise<void> {
    const call = this.#call;
    const end = (): void => this.#ended.abort();
    call.on("cancelled", end);
    call.on("close", end);
    // What there is to say of a lost call is said by the build.
    call.on("error", end);
    call.on("end", () => call.end());
    call.on("data", (packet: Packet) => this.#received(packet));
    try {
      let id = 0;
      for await (const file of this.#source.list(requestOf(call), this.#ended.signal)) {
        if (file.type === "file") this.#files.set(id, file);
        id += 1;
        await this.#write({ type: "stat", file });
      }
      await this.#write({ type: "stat" });
    } catch (error) {
      this.#fail(error);
    }
  }

  #received(packet: Packet): void {
    if (packet.type === "request") {
      this.#wanted.push(packet.id);
      if (this.#sending < filesAtOnce) void this.#sendWanted();
    } else if (packet.type === "end") {
      this.#call.write({ type: "end" } satisfies Packet);
      this.#call.end();
    } else if (packet.type === "error") this.#call.end();
  }

  async #sendWanted(): Promise<void> {
    this.#sending += 1;
    try {
      for (let id = this.#wanted.shift(); id !== undefined; id = this.#wanted.shift()) await this.#sendFile(id);
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#sending -= 1;
    }
  }

  async #sendFile(id: number): Promise<void> {
    const file = this.#files.get(id);
    this.#files.delete(id);
    if (file) {
      this.#watcher.onFile?.(file.path, file.size);
      for await (const data of this.#source.open(file, this.#ended.signal)) {
        if (data.length > 0) await this.#write({ type: "data", id, data });
      }
    }
    await this.#write({ type: "data", id });
  }

  /** Waits until the engine takes more, so that no more of the files is held than is under way. */
  async #write(packet: Packet): Promise<void> {
    const { signal } = this.#ended;
    signal.throwIfAborted();
    if (!this.#call.write(packet)) await once(this.#call, "drain", { signal });
  }

  #fail(error: unknown): void {
    // After the call's end nobody waits for files: not a failure.
    if (this.#ended.signal.aborted) return;
    this.#watcher.onError(error);
    const text = error instanceof Error ? error.message : String(error);
    this.#call.write({ type: "error", data: Buffer.from(text) } satisfies Packet);
    this.#call.end();
    this.#ended.abort();
  }
}

function requestOf({ metadata }: Call): FilesRequest {
  // The engine repeats a header for each value, and node joins them.
  const list = (key: string): string[] => {
    const encoded = metadata.get(`${key}-encoded`).length > 0;
    return metadata
      .get(key)
      .flatMap((value) => String(value).split(", "))
      .map((value) => (encoded ? decodeURIComponent(value.replaceAll("+", " ")) : utf8(value)));
  };
  return {
    name: list("dir-name")[0] ?? "",
    followPaths: list("followpaths"),
    includePatterns: list("include-patterns"),
    excludePatterns: list("exclude-patterns"),
  };
}

/** Headers are read byte for byte; older engines put UTF-8 in them. */
function utf8(header: string): string {
  return Buffer.from(header, "latin1").toString("utf8");
}
