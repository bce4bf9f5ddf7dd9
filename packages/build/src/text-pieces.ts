/** How much of a file is sent at once, in bytes. */
export const pieceSize: number = 64 * 1024;

/** A text as the bytes of a file, in pieces. */
// oxlint-disable-next-line require-await -- nothing to wait for, where other files have
export async function* textPieces(text: string): AsyncGenerator<Uint8Array, void, undefined> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pieceSize) yield bytes.subarray(at, at + pieceSize);
}
