import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import tar from "tar-stream";
import { ContextError } from "./context-error.ts";
import { normalizePath } from "./path-rules.ts";
import type { EntryType, TarEntry } from "./tar-entry.ts";

const types: Readonly<Record<string, EntryType>> = {
  file: "file",
  "contiguous-file": "file",
  directory: "directory",
  symlink: "symlink",
  link: "link",
  fifo: "fifo",
  "character-device": "character-device",
  "block-device": "block-device",
};

/**
 * Reads a tar archive, entry by entry. A body that wasn't read to its end is skipped when the next entry is asked for.
 * Breaking off destroys the source.
 * @throws ContextError CONTEXT_BAD_ARCHIVE for a truncated or damaged archive, CONTEXT_BAD_PATH for an entry outside of it;
 *   the source's own error; the signal's reason
 */
export async function* readEntries(
  source: Readable,
  options: { readonly signal?: AbortSignal | undefined } = {},
): AsyncGenerator<TarEntry, void, undefined> {
  const { signal } = options;
  signal?.throwIfAborted();
  const extract = tar.extract();
  let failure: unknown;
  const fed = pipeline(source, extract, { ...(signal ? { signal } : {}) }).catch((error: unknown) => {
    failure ??= signal?.aborted ? signal.reason : asContextError(error);
  });
  try {
    for await (const entry of extract) {
      const { header } = entry;
      const type = types[header.type ?? "file"];
      const name = normalizePath(header.name);
      if (!type) throw new ContextError("CONTEXT_BAD_ARCHIVE", `\`${name}\` is of a kind that a build context can't hold`);
      yield {
        header: {
          name,
          type,
          mode: header.mode,
          uid: header.uid,
          gid: header.gid,
          size: type === "file" ? (header.size ?? 0) : 0,
          mtime: header.mtime,
          ...(header.linkname ? { linkname: header.linkname } : {}),
        },
        body: entry as unknown as Readable,
      };
      if (!entry.destroyed) entry.resume();
    }
  } catch (error) {
    failure ??= asContextError(error);
  } finally {
    if (!source.destroyed) source.destroy();
    extract.destroy();
    await fed;
  }
  if (failure !== undefined) throw failure;
}

/** tar-stream's own complaints, said so that they can be acted on. */
function asContextError(error: unknown): unknown {
  const { message } = error as Error;
  if (/Unexpected end of data|Writable stream closed prematurely/i.test(message)) {
    return new ContextError("CONTEXT_BAD_ARCHIVE", "the tar archive ends in the middle of an entry", {
      cause: error,
      hint: "it was cut off on its way; send it again",
    });
  }
  if (/Invalid tar header/i.test(message)) {
    return new ContextError("CONTEXT_BAD_ARCHIVE", "this is no tar archive, or a damaged one", {
      cause: error,
      hint: "expected an uncompressed tar; decompress a .tar.gz first",
    });
  }
  return error;
}
