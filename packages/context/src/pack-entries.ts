import { PassThrough, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import tar from "tar-stream";
import { ContextError } from "./context-error.ts";
import type { EntryToPack, TarHeader } from "./tar-entry.ts";

const headroom = 256 * 1024;

/**
 * Packs entries as a tar archive, one at a time and at the reader's pace. An error of the entries or of a body is the
 * stream's error; destroying the stream ends the entries.
 */
export function packEntries(entries: AsyncIterable<EntryToPack>): Readable {
  const pack = tar.pack({ highWaterMark: headroom } as object);
  const output = new PassThrough({ highWaterMark: headroom });
  pipeline(pack, output).catch(() => undefined); // its error is the output's
  void write(pack, entries, output);
  return output;
}

async function write(pack: tar.Pack, entries: AsyncIterable<EntryToPack>, output: PassThrough): Promise<void> {
  try {
    for await (const { header, body } of entries) {
      if (output.destroyed) return;
      await writeEntry(pack, header, body);
    }
    pack.finalize();
  } catch (error) {
    output.destroy(error as Error);
  }
}

async function writeEntry(pack: tar.Pack, header: TarHeader, body: EntryToPack["body"]): Promise<void> {
  const folder = header.type === "directory";
  const full = {
    name: folder && !header.name.endsWith("/") ? `${header.name}/` : header.name,
    type: header.type,
    mode: header.mode ?? (folder ? 0o755 : 0o644),
    uid: header.uid ?? 0,
    gid: header.gid ?? 0,
    mtime: header.mtime ?? new Date(0),
    ...(header.linkname === undefined ? {} : { linkname: header.linkname }),
  };
  if (header.type !== "file" || body === undefined || !(body instanceof Readable)) {
    const content = body instanceof Readable || body === undefined ? "" : body;
    await new Promise<void>((resolve, reject) => {
      const done = (error?: Error | null): void => (error ? reject(error) : resolve());
      if (header.type === "file") pack.entry({ ...full, size: Buffer.byteLength(content) }, content, done);
      else pack.entry(full, done);
    });
    return;
  }
  if (header.size === undefined) {
    throw new ContextError("CONTEXT_BAD_ARCHIVE", `the size of \`${header.name}\` is not known, and it is a stream`);
  }
  const entry = pack.entry({ ...full, size: header.size });
  let left = header.size;
  const exact = async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      left -= chunk.length;
      if (left < 0) break;
      yield chunk;
    }
    if (left !== 0) {
      throw new ContextError("CONTEXT_CHANGED_WHILE_READ", `\`${header.name}\` changed its size while it was read`, {
        hint: "build again when it is no longer written to, or leave it out with .dockerignore",
      });
    }
  };
  await pipeline(body, exact, entry);
}
