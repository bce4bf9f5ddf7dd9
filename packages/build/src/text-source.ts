import type { FileSource, SourceFile } from "@slipway/transport";

const pieceSize = 64 * 1024;

/** One text as all files that there are, by its path and with the folders above it. */
export function textSource(path: string, text: string): FileSource {
  const bytes = Buffer.from(text);
  const parts = path.split("/");
  const folders = parts.slice(1).map((_, i) => parts.slice(0, i + 1).join("/"));
  const files: SourceFile[] = [
    ...folders.map((folder) => ({ path: folder, type: "directory", mode: 0o755, size: 0, mtimeNs: 0n }) as const),
    { path, type: "file", mode: 0o644, size: bytes.length, mtimeNs: 0n },
  ];
  return {
    // oxlint-disable-next-line require-await -- nothing to wait for, where others have
    async *list() {
      yield files;
    },
    // oxlint-disable-next-line require-await -- as above
    async *open() {
      for (let at = 0; at < bytes.length; at += pieceSize) yield bytes.subarray(at, at + pieceSize);
    },
  };
}
