import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { access, constants, stat } from "node:fs/promises";
import { EmulateError } from "./emulate-error.ts";

/** An emulator's file on this machine. */
export interface EmulatorFile {
  readonly path: string;
  readonly size: number;
  /** Its bytes; a file that isn't what was expected, any more, is an error. */
  open(signal?: AbortSignal): AsyncGenerator<Buffer, void, undefined>;
}

/**
 * Looks at an emulator's file; undefined if there is none.
 * @param sha256 what it must have
 * @throws {EmulateError} EMULATE_NO_EMULATOR
 */
export async function readEmulatorFile(
  path: string,
  sha256: string | undefined,
  signal?: AbortSignal,
): Promise<EmulatorFile | undefined> {
  const stats = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw unreadable(path, error);
  });
  if (!stats) return undefined;
  if (!stats.isFile()) throw unreadable(path, new Error("it is no file"));
  await access(path, constants.R_OK).catch((error: Error) => {
    throw unreadable(path, error);
  });
  if (sha256 === undefined) return { path, size: stats.size, open: (by) => chunksOf(path, by) };
  // Twice, here and when it is used: a wrong one shall not be found out in the middle of something.
  for await (const _ of verified(path, chunksOf(path, signal), sha256));
  return { path, size: stats.size, open: (by) => verified(path, chunksOf(path, by), sha256) };
}

/** A body, and at its end an error if it isn't what was expected. */
export async function* verified(
  path: string,
  body: AsyncIterable<Uint8Array>,
  sha256: string | undefined,
): AsyncGenerator<Buffer, void, undefined> {
  const hash = createHash("sha256");
  for await (const chunk of body) {
    if (sha256 !== undefined) hash.update(chunk);
    yield chunk as Buffer;
  }
  if (sha256 !== undefined) checkSha256(path, hash.digest("hex"), sha256);
}

function checkSha256(path: string, actual: string, expected: string): void {
  if (expected.toLowerCase().replace(/^sha256:/, "") === actual) return;
  throw new EmulateError("EMULATE_NO_EMULATOR", `the emulator ${path} has the sha256 ${actual}, not ${expected}`, {
    hint: "get the emulator again, or give the sum of this one if it is right",
  });
}

async function* chunksOf(path: string, signal: AbortSignal | undefined): AsyncGenerator<Buffer, void, undefined> {
  signal?.throwIfAborted();
  const stream = createReadStream(path, { highWaterMark: 256 * 1024 });
  try {
    for await (const chunk of stream) {
      signal?.throwIfAborted();
      yield chunk as Buffer;
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof EmulateError ? error : unreadable(path, error as Error);
  } finally {
    stream.destroy();
  }
}

function unreadable(path: string, cause: Error): EmulateError {
  return new EmulateError("EMULATE_NO_EMULATOR", `cannot read the emulator ${path}: ${cause.message}`, {
    cause,
    hint: "give the path of a static qemu-user binary that knows `-execve`",
  });
}
