import { watch } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import path from "node:path";
import type { LogChunk } from "../logs/log-chunk.ts";

const readSize = 64 * 1024;
/** A change that the system doesn't tell of is seen so late. */
const lookEveryMs = 500;

/**
 * What is in two files that grow, until `ended` resolves and they are read to their ends; without it, what is there now.
 * The order of one stream is kept; that between them is as it is seen.
 */
export async function* tailFiles(
  folder: string,
  options: {
    readonly ended?: Promise<void> | undefined;
    readonly signal?: AbortSignal | undefined;
    /** Where in the files it begins; at their beginnings without. */
    readonly from?: Readonly<Record<LogChunk["stream"], number>> | undefined;
  },
): AsyncGenerator<LogChunk> {
  const { ended, signal, from } = options;
  const files: { readonly stream: LogChunk["stream"]; readonly handle: FileHandle; offset: number }[] = [];
  let wake = (): void => undefined;
  let changed = false;
  const notice = (): void => {
    changed = true;
    wake();
  };
  let over = ended === undefined;
  const failures: unknown[] = [];
  const onEnd = async (): Promise<void> => {
    try {
      await ended;
      over = true;
    } catch (error) {
      failures.push(error);
    }
    notice();
  };
  void onEnd();
  const watcher = ended ? watch(folder, notice) : undefined;
  watcher?.on("error", notice);
  signal?.addEventListener("abort", notice, { once: true });
  try {
    for (const stream of ["stdout", "stderr"] as const) {
      files.push({ stream, handle: await open(path.join(folder, stream), "r"), offset: from?.[stream] ?? 0 });
    }
    for (;;) {
      signal?.throwIfAborted();
      if (failures.length > 0) throw failures[0];
      // Known before the files are read: what was written before the end is then in them.
      const last = over;
      changed = false;
      let any = false;
      for (const file of files) {
        const buffer = Buffer.allocUnsafe(readSize);
        const { bytesRead } = await file.handle.read(buffer, 0, readSize, file.offset);
        if (bytesRead === 0) continue;
        any = true;
        file.offset += bytesRead;
        yield { stream: file.stream, data: buffer.subarray(0, bytesRead) };
      }
      if (any || changed) continue;
      if (last) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, lookEveryMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  } finally {
    watcher?.close();
    signal?.removeEventListener("abort", notice);
    for (const { handle } of files) await handle.close();
  }
}
