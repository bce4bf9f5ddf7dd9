import type { FileSource, SourceFile } from "@slipway/transport";
import { foldersAbove } from "./folders-above.ts";
import { textPieces } from "./text-pieces.ts";

/** One text as all files that there are, by its path and with the folders above it. */
export function textSource(path: string, text: string): FileSource {
  const files: SourceFile[] = [
    ...foldersAbove(path).map(
      (folder) => ({ path: folder, type: "directory", mode: 0o755, size: 0, mtimeNs: 0n }) as const,
    ),
    { path, type: "file", mode: 0o644, size: Buffer.byteLength(text), mtimeNs: 0n },
  ];
  return {
    // oxlint-disable-next-line require-await -- nothing to wait for, where others have
    async *list() {
      yield files;
    },
    open: () => textPieces(text),
  };
}
