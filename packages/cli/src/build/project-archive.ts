import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path, { posix } from "node:path";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { readEntries } from "@slipway/context";
import { isSlipwayError } from "@slipway/errors";
import { CliError } from "../cli-error.ts";

/** What an archive's first bytes say that it is. */
const compressions: readonly (readonly [bytes: readonly number[], name: string, unpack: string])[] = [
  [[0x28, 0xb5, 0x2f, 0xfd], "zstd", "zstd -d"],
  [[0x42, 0x5a, 0x68], "bzip2", "bzip2 -d"],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], "xz", "xz -d"],
  [[0x50, 0x4b, 0x03, 0x04], "zip", "unzip"],
];
const largestText = 16 * 1024 * 1024;
const mostLinks = 20;
const chunkSize = 256 * 1024;

/** A tar archive of a project, plain or gzipped, that can be read as often as is needed. */
export class ProjectArchive {
  readonly #file: FileHandle;
  readonly #gzipped: boolean;
  readonly #name: string;
  readonly #signal: AbortSignal;
  /** All names, links with where they lead. */
  readonly #links = new Map<string, string | undefined>();

  private constructor(file: FileHandle, gzipped: boolean, name: string, signal: AbortSignal) {
    this.#file = file;
    this.#gzipped = gzipped;
    this.#name = name;
    this.#signal = signal;
  }

  /**
   * Opens the archive in a file.
   * @param name what messages call it
   */
  static async ofFile(file: string, name: string, signal: AbortSignal): Promise<ProjectArchive> {
    const handle = await open(file, "r").catch((cause: Error) => {
      throw new CliError("CLI_NOT_A_FILE", `cannot read ${name}: ${cause.message}`, { cause });
    });
    return ProjectArchive.#open(handle, name, signal);
  }

  /**
   * Takes an archive that can be read but once: it is put into a temporary file, which has no name.
   * @param stallMs for how long nothing may come
   */
  static async ofStream(
    stream: Readable,
    name: string,
    signal: AbortSignal,
    stallMs?: number,
  ): Promise<ProjectArchive> {
    const handle = await temporaryFile().catch((cause: Error) => {
      stream.destroy();
      throw notKept(name, cause);
    });
    const abort = (): void => void stream.destroy(signal.reason as Error);
    signal.addEventListener("abort", abort, { once: true });
    const stall = stallMs === undefined ? undefined : setTimeout(() => stream.destroy(stalled(name, stallMs)), stallMs);
    try {
      signal.throwIfAborted();
      for await (const chunk of stream) {
        stall?.refresh();
        await handle.writeFile(chunk as Buffer).catch((cause: Error) => {
          throw notKept(name, cause);
        });
      }
    } catch (cause) {
      stream.destroy();
      await handle.close();
      signal.throwIfAborted();
      if (cause instanceof CliError) throw cause;
      throw new CliError("CLI_BAD_ARCHIVE", `cannot take ${name} in: ${(cause as Error).message}`, { cause });
    } finally {
      clearTimeout(stall);
      signal.removeEventListener("abort", abort);
    }
    return ProjectArchive.#open(handle, name, signal);
  }

  static async #open(handle: FileHandle, name: string, signal: AbortSignal): Promise<ProjectArchive> {
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(8), 0, 8, 0);
      if (bytesRead === 0) {
        throw new CliError("CLI_BAD_ARCHIVE", `${name} is empty`, { hint: "give a tar archive of the project" });
      }
      for (const [bytes, kind, unpack] of compressions) {
        if (!bytes.every((byte, index) => buffer[index] === byte)) continue;
        const hint = `unpack it first (${unpack}), or pack it as .tar or .tar.gz`;
        throw new CliError("CLI_BAD_ARCHIVE", `${name} is a ${kind} file, which is not read`, { hint });
      }
      const archive = new ProjectArchive(handle, buffer[0] === 0x1f && buffer[1] === 0x8b, name, signal);
      await archive.#index();
      return archive;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** The paths of all that the archive has. */
  get names(): readonly string[] {
    return [...this.#links.keys()];
  }

  /** The archive as a tar stream, from its beginning. */
  stream(): Readable {
    const bytes = Readable.from(this.#bytes(), { objectMode: false });
    if (!this.#gzipped) return bytes;
    // Each of the two has the other's error.
    return pipeline(bytes, createGunzip(), () => undefined);
  }

  /** A stream of the handle's own would close it at its end. */
  async *#bytes(): AsyncGenerator<Buffer, void, undefined> {
    for (let position = 0; ;) {
      const { buffer, bytesRead } = await this.#file.read(Buffer.allocUnsafe(chunkSize), 0, chunkSize, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  /** A file's text, links followed; undefined if the archive has no such file. */
  async readText(name: string): Promise<string | undefined> {
    const found = this.#follow(posix.normalize(name));
    if (found === undefined) return undefined;
    for await (const { header, body } of readEntries(this.stream(), { signal: this.#signal })) {
      if (header.name !== found || header.type !== "file") continue;
      if ((header.size ?? 0) > largestText) {
        throw new CliError("CLI_BAD_ARCHIVE", `${name} in ${this.#name} is too large to be read as a text`);
      }
      const chunks: Buffer[] = [];
      for await (const chunk of body) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks).toString("utf8");
    }
    return undefined;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #index(): Promise<void> {
    try {
      for await (const { header } of readEntries(this.stream(), { signal: this.#signal })) {
        this.#links.set(header.name, targetOf(header.name, header.type, header.linkname));
      }
    } catch (cause) {
      this.#signal.throwIfAborted();
      const { message, hint } = cause as { message: string; hint?: string };
      // An error of the archive says what is wrong with it; any other is one of unpacking or reading.
      const what = isSlipwayError(cause) ? `: ${message}` : ` cannot be unpacked: ${message}`;
      throw new CliError("CLI_BAD_ARCHIVE", `${this.#name}${what}`, {
        cause,
        hint: hint ?? "give a tar archive of the project, plain or gzipped",
      });
    }
  }

  #follow(name: string): string | undefined {
    let at = name;
    for (let links = 0; links < mostLinks; links++) {
      if (!this.#links.has(at)) return undefined;
      const target = this.#links.get(at);
      if (target === undefined) return at;
      at = target;
    }
    return undefined;
  }
}

/** A file without a name, so that it is gone with the process, however that ends. */
async function temporaryFile(): Promise<FileHandle> {
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-archive-"));
  try {
    return await open(path.join(folder, "archive"), "wx+", 0o600);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function notKept(name: string, cause: Error): CliError {
  return new CliError("CLI_CANNOT_WRITE", `cannot keep ${name} in ${tmpdir()}: ${cause.message}`, {
    cause,
    hint: "make room there, or set TMPDIR to a folder on another disk",
  });
}

function stalled(name: string, stallMs: number): CliError {
  return new CliError("CLI_TIMEOUT", `nothing came on ${name} for ${stallMs / 1000} s, before the archive's end`, {
    hint: "see what stalls the command that writes the archive, or allow more with --timeout",
  });
}

/** Where a link leads within the archive. */
function targetOf(name: string, type: string, linkname: string | undefined): string | undefined {
  if (linkname === undefined) return undefined;
  if (type === "link") return posix.normalize(linkname);
  return type === "symlink" ? posix.join(posix.dirname(name), linkname) : undefined;
}
