import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { ignoreNothing, packEntries, readEntries } from "@slipway/context";
import { expect, test } from "vitest";
import { place } from "./place-entries.ts";
import { FolderTree } from "./source/folder-tree.ts";

test("entries are moved, with hard links, and get owner and time", async () => {
  const entries = [
    { header: { name: "a", type: "file", uid: 5, uname: "ada", mtime: new Date() }, body: "x" },
    { header: { name: "b", type: "link", linkname: "a" } },
    { header: { name: "c", type: "symlink", linkname: "a" } },
  ] as const;
  const seen: unknown[] = [];
  const placed = place(entries, { folder: "tmp/src", owner: { uid: 7, gid: 8 }, time: 60 });
  for await (const { header, body } of readEntries(packEntries(placed))) {
    const { name, linkname, uid, gid, uname, mtime } = header;
    seen.push([name, linkname, uid, gid, uname ?? "", mtime?.getTime()]);
    body.resume();
  }
  expect(seen).toEqual([
    ["tmp/src", undefined, 7, 8, "", 60_000],
    ["tmp/src/a", undefined, 7, 8, "", 60_000],
    ["tmp/src/b", "tmp/src/a", 7, 8, "", 60_000],
    ["tmp/src/c", "a", 7, 8, "", 60_000],
  ]);
});

test("a file of a gigabyte goes through in little memory", { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "sti-large-"));
  try {
    const size = 1024 ** 3;
    const file = await open(path.join(folder, "large"), "w");
    await file.truncate(size);
    await file.close();
    const tree = new FolderTree(folder, undefined);
    const before = process.memoryUsage().rss;
    let most = before;
    let read = 0;
    for await (const chunk of packEntries(place(tree.entries(ignoreNothing), { folder: "tmp/src" }))) {
      read += (chunk as Buffer).length;
      most = Math.max(most, process.memoryUsage.rss());
    }
    expect(read).toBeGreaterThan(size);
    expect(most - before).toBeLessThan(200 * 1024 ** 2);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
