import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parseIgnore } from "./ignore.ts";
import { walk, walkInBatches, type WalkOptions } from "./walk.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-test-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function put(...names: string[]): Promise<void> {
  for (const name of names) {
    const full = path.join(folder, name);
    await mkdir(name.endsWith("/") ? full : path.dirname(full), { recursive: true });
    if (!name.endsWith("/")) await writeFile(full, name);
  }
}

async function paths(options: WalkOptions = {}): Promise<string[]> {
  const result: string[] = [];
  for await (const entry of walk(folder, options)) result.push(entry.path);
  return result;
}

test("names come in the order of their bytes, a folder before what it holds", async () => {
  await put("b", "a/z", "a.txt", "B", "ä", "\u{ff5e}", "🚢", "empty/");
  expect(await paths()).toEqual(["B", "a", "a/z", "a.txt", "b", "empty", "ä", "\u{ff5e}", "🚢"]);
});

test("what an entry is, links unfollowed, sockets left out", async () => {
  await put("file", "folder/x");
  await chmod(path.join(folder, "file"), 0o4751);
  await utimes(path.join(folder, "file"), 1000, 1_700_000_000.25);
  await symlink("folder", path.join(folder, "link"));
  await symlink("../nowhere", path.join(folder, "dangling"));
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path.join(folder, "socket"), resolve));
  const entries = [];
  for await (const entry of walk(folder)) entries.push(entry);
  await new Promise((resolve) => server.close(resolve));
  expect(entries.map(({ path, type }) => [path, type])).toEqual([
    ["dangling", "symlink"],
    ["file", "file"],
    ["folder", "directory"],
    ["folder/x", "file"],
    ["link", "symlink"],
  ]);
  expect(entries[1]).toMatchObject({ mode: 0o4751, size: 4, mtime: new Date(1_700_000_000_250) });
  expect(entries[0]).toMatchObject({ linkname: "../nowhere" });
});

test("an ignored folder comes along with what an exception lets in, and only then", async () => {
  await put("a/deep/keep", "a/deep/other", "a/none/x", "b/x", "c");
  expect(await paths({ ignore: parseIgnore("*\n!a/deep/keep\n!**/nothing") })).toEqual(["a", "a/deep", "a/deep/keep"]);
});

test("an ignored folder that no exception reaches is not entered", async () => {
  await put("secret/x", "a");
  await chmod(path.join(folder, "secret"), 0o000);
  expect(await paths({ ignore: parseIgnore("secret\n!a") })).toEqual(["a"]);
  await chmod(path.join(folder, "secret"), 0o700);
});

test("a name that is not UTF-8 is told of", async () => {
  await writeFile(Buffer.concat([Buffer.from(`${folder}/a`), Buffer.from([0xff])]), "");
  await expect(paths()).rejects.toMatchObject({
    code: "CONTEXT_UNREADABLE",
    message: expect.stringContaining("not valid UTF-8"),
  });
});

test("a folder that is not there, or is a file, is told of; a link to one is entered", async () => {
  await put("file", "real/x");
  await symlink("real", path.join(folder, "link"));
  for (const name of ["missing", "file"]) {
    await expect(walk(path.join(folder, name)).next()).rejects.toMatchObject({ code: "CONTEXT_NOT_FOUND" });
  }
  expect((await walk(path.join(folder, "link")).next()).value).toMatchObject({ path: "x" });
});

test("an abort ends the walk", async () => {
  await put("a/x", "b/x");
  const abort = new AbortController();
  const entries = walk(folder, { signal: abort.signal });
  await entries.next();
  abort.abort(new Error("enough"));
  await expect(entries.next()).rejects.toThrow("enough");
});

test("in batches they are the same in the same order, many at a time", async () => {
  await put(...Array.from({ length: 300 }, (_, i) => `folder${i % 7}/file${i}`));
  const sizes: number[] = [];
  const names: string[] = [];
  for await (const batch of walkInBatches(folder)) {
    sizes.push(batch.length);
    names.push(...batch.map((entry) => entry.path));
  }
  expect(names).toEqual(await paths());
  expect(sizes.length).toBeLessThan(10);
  await expect(walkInBatches(path.join(folder, "none")).next()).rejects.toMatchObject({ code: "CONTEXT_NOT_FOUND" });
});
