import { Readable } from "node:stream";
import { ContextError } from "./context-error.ts";
import { blockSize } from "./decode-block.ts";
import { encodeHeader, padding } from "./encode-header.ts";
import type { EntryToPack, TarHeader } from "./tar-entry.ts";

const batchSize = 64 * 1024;

/**
 * Packs entries as a tar archive, one at a time and at the reader's pace. An error of the entries or of a body is the
 * stream's error; destroying the stream ends the entries, and destroys the body that is being read.
 */
export function packEntries(entries: AsyncIterable<EntryToPack> | Iterable<EntryToPack>): Readable {
  const current: Current = { body: undefined };
  const chunks = batches(packed(entries, current));
  const stream: Readable = new Readable({
    highWaterMark: 4 * batchSize,
    read: () => {
      chunks.next().then(
        ({ done, value }) => stream.push(done ? null : value),
        (error: unknown) => stream.destroy(error as Error),
      );
    },
    destroy: (error, callback) => {
      if (current.body instanceof Readable) current.body.destroy();
      void end(chunks);
      callback(error);
    },
  });
  return stream;
}

/** The outcome is nobody's concern any more, and it may have to wait for entries that don't come. */
async function end(chunks: AsyncGenerator<Buffer, void, undefined>): Promise<void> {
  try {
    await chunks.return(undefined);
  } catch {
    // The stream is destroyed: there is nobody to tell.
  }
}

interface Current {
  body: EntryToPack["body"];
}

async function* packed(
  entries: AsyncIterable<EntryToPack> | Iterable<EntryToPack>,
  current: Current,
): AsyncGenerator<Buffer, void, undefined> {
  for await (const { header, body } of entries) {
    if (header.type !== "file" || body === undefined || typeof body === "string" || Buffer.isBuffer(body)) {
      yield* inOnePiece(header, body);
      continue;
    }
    current.body = body;
    yield* inPieces(header, body);
    current.body = undefined;
  }
  yield Buffer.alloc(2 * blockSize);
}

function* inOnePiece(header: TarHeader, body: EntryToPack["body"]): Generator<Buffer, void, undefined> {
  const text = header.type === "file" ? (body as Buffer | string | undefined) : undefined;
  const content = Buffer.isBuffer(text) ? text : Buffer.from(text ?? "");
  yield encodeHeader(header, content.length);
  if (content.length > 0) yield content;
  yield padding(content.length);
}

async function* inPieces(
  header: TarHeader,
  body: AsyncIterable<Uint8Array | string>,
): AsyncGenerator<Buffer, void, undefined> {
  const { name, size } = header;
  if (size === undefined) {
    throw new ContextError("CONTEXT_BAD_ENTRY", `the size of \`${name}\` is not known, and its body is a stream`, {
      hint: "give `header.size`, which stands before the body",
    });
  }
  yield encodeHeader(header, size);
  let seen = 0;
  for await (const piece of body) {
    const chunk = asBuffer(piece);
    seen += chunk.length;
    if (seen > size) break;
    yield chunk;
  }
  if (seen !== size) {
    const what = seen > size ? "more than" : `${seen} instead of`;
    throw new ContextError("CONTEXT_CHANGED_WHILE_READ", `\`${name}\` gave ${what} ${size} bytes`, {
      hint: "it changed while it was read: build again, or leave it out with .dockerignore",
    });
  }
  yield padding(size);
}

function asBuffer(piece: Uint8Array | string): Buffer {
  if (typeof piece === "string") return Buffer.from(piece);
  return Buffer.isBuffer(piece) ? piece : Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
}

/** Joins small pieces, so that a thousand small files aren't three thousand chunks. */
async function* batches(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  let batch: Buffer[] = [];
  let size = 0;
  for await (const piece of pieces) {
    batch.push(piece);
    size += piece.length;
    if (size < batchSize) continue;
    yield batch.length === 1 ? piece : Buffer.concat(batch);
    batch = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(batch);
}
