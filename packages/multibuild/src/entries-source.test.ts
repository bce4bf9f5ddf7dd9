import type { EntryToPack } from "@slipway/context";
import type { FilesRequest, SourceFile } from "@slipway/transport";
import { expect, test } from "vitest";
import { entriesSource } from "./entries-source.ts";

const { signal } = new AbortController();
const whole: FilesRequest = { name: "context", followPaths: [], includePatterns: [], excludePatterns: [] };

async function listed(entries: readonly EntryToPack[], request = whole): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  for await (const some of entriesSource(() => entries).list(request, signal)) files.push(...some);
  return files;
}

const file = (name: string): EntryToPack => ({ header: { name, type: "file", size: 1 }, body: Buffer.from("x") });

test("in the order of the engine, with the folders that have no entry", async () => {
  const entries = ["a-b", "a/z", "a.c", "z/y/x", "a/b/c", "a0"].map(file);
  const paths = (await listed(entries)).map(({ path, type }) => (type === "directory" ? `${path}/` : path));
  expect(paths).toEqual(["a/", "a/b/", "a/b/c", "a/z", "a-b", "a.c", "a0", "z/", "z/y/", "z/y/x"]);
});

test("of the names of one file the first is the file, whichever it was in the archive", async () => {
  const link = (name: string): EntryToPack => ({ header: { name, type: "link", linkname: "m" } });
  const entries = [file("m"), link("z"), link("a"), link("dead")];
  const source = entriesSource(() => entries);
  const files: SourceFile[] = [];
  for await (const some of source.list(whole, signal)) files.push(...some);
  expect(files.map(({ path, linkname, size }) => [path, linkname, size])).toEqual([
    ["a", undefined, 1],
    ["dead", "a", 1],
    ["m", "a", 1],
    ["z", "a", 1],
  ]);
  const chunks: Uint8Array[] = [];
  for await (const chunk of source.open(files[0] as SourceFile, signal)) chunks.push(chunk);
  expect(Buffer.concat(chunks).toString()).toBe("x");
});

test("modes, times and links are kept; there is no ignore file to be read", async () => {
  const mtime = new Date(1_600_000_000_123);
  const entries: EntryToPack[] = [
    { header: { name: "l", type: "symlink", linkname: "../x", mtime } },
    { header: { name: "d", type: "directory", mode: 0o1700, mtime } },
    { header: { name: "é", type: "file", mode: 0o4711 }, body: "é" },
    { header: { name: "p", type: "fifo" } },
  ];
  expect(await listed(entries)).toEqual([
    { path: "d", type: "directory", mode: 0o1700, size: 0, mtimeNs: 1_600_000_000_123_000_000n },
    { path: "l", type: "symlink", mode: 0o777, size: 0, mtimeNs: 1_600_000_000_123_000_000n, linkname: "../x" },
    { path: "é", type: "file", mode: 0o4711, size: 2, mtimeNs: 0n },
  ]);
  expect(await listed(entries, { ...whole, followPaths: [".dockerignore"] })).toEqual([]);
});
