import { closeSync, openSync, read, write } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { LogChunk } from "./log-chunk.ts";

const readAt = promisify(read);
const writeAt = promisify(write);

const headerSize = 5;
const largestPart = 64 * 1024;
/** What is read at once holds at least one whole part. */
const readSize = 4 * (largestPart + headerSize);

/** Pieces of logs in a temporary file that has no name any more where the system allows that, so that it goes with the process. */
export class LogFile {
  /** Logs that nobody closed are let go of with the object. */
  static readonly #abandoned: FinalizationRegistry<number> = new FinalizationRegistry((handle) => closeSync(handle));

  readonly #handle: number;
  readonly #folder: string;
  #size = 0;
  #closed = false;

  private constructor(handle: number, folder: string) {
    this.#handle = handle;
    this.#folder = folder;
    LogFile.#abandoned.register(this, handle, this);
  }

  static async create(): Promise<LogFile> {
    const folder = await mkdtemp(path.join(tmpdir(), "slipway-logs-"));
    const handle = openSync(path.join(folder, "logs"), "wx+", 0o600);
    if (process.platform !== "win32") await rm(folder, { recursive: true });
    return new LogFile(handle, folder);
  }

  /** Bytes that can be read. */
  get size(): number {
    return this.#size;
  }

  async append({ stream, data }: LogChunk): Promise<void> {
    const parts: Buffer[] = [];
    for (let at = 0; at < data.length; at += largestPart) {
      const part = data.subarray(at, at + largestPart);
      const header = Buffer.alloc(headerSize);
      header[0] = stream === "stdout" ? 1 : 2;
      header.writeUInt32BE(part.length, 1);
      parts.push(header, part);
    }
    const bytes = Buffer.concat(parts);
    for (let at = 0; at < bytes.length;) {
      const { bytesWritten } = await writeAt(this.#handle, bytes, at, bytes.length - at, this.#size + at);
      at += bytesWritten;
    }
    this.#size += bytes.length;
  }

  /** The pieces from `offset` on, as many as are read at once, and where to read on. */
  async read(offset: number): Promise<{ readonly chunks: readonly LogChunk[]; readonly next: number }> {
    const buffer = Buffer.allocUnsafe(Math.min(readSize, this.#size - offset));
    let filled = 0;
    while (filled < buffer.length) {
      const { bytesRead } = await readAt(this.#handle, buffer, filled, buffer.length - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    const chunks: LogChunk[] = [];
    let at = 0;
    while (at + headerSize <= filled) {
      const end = at + headerSize + buffer.readUInt32BE(at + 1);
      if (end > filled) break;
      chunks.push({ stream: buffer[at] === 1 ? "stdout" : "stderr", data: buffer.subarray(at + headerSize, end) });
      at = end;
    }
    return { chunks, next: offset + at };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    LogFile.#abandoned.unregister(this);
    closeSync(this.#handle);
    await rm(this.#folder, { recursive: true, force: true });
  }
}
