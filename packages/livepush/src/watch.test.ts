import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseIgnore } from "@slipway/context";
import { afterEach, beforeEach, expect, test } from "vitest";
import { watch, type Watch, type WatchBatch, type WatchOptions } from "./watch.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-watch-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Writes, then collects batches until the last write is seen. */
async function collect(watching: Watch, last: string): Promise<{ changed: Set<string>; deleted: Set<string> }> {
  const seen = { changed: new Set<string>(), deleted: new Set<string>() };
  for await (const { changed, deleted } of watching) {
    for (const name of changed) seen.changed.add(name);
    for (const name of deleted) seen.deleted.add(name);
    if (seen.changed.has(last) || seen.deleted.has(last)) break;
  }
  return seen;
}

async function start(options: WatchOptions = {}): Promise<Watch> {
  const watching = watch(folder, options);
  await watching.ready;
  return watching;
}

async function write(name: string, text = name): Promise<void> {
  const file = path.join(folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
}

test("tells what changed, came and went, by paths relative to the folder", async () => {
  await write("src/change");
  await write("src/gone");
  const watching = await start();
  await write("src/change", "2");
  await rm(path.join(folder, "src/gone"));
  await write("new/deep/file");
  await write("last");
  const { changed, deleted } = await collect(watching, "last");
  expect([...changed]).toEqual(expect.arrayContaining(["src/change", "new", "last"]));
  expect([...deleted]).toEqual(["src/gone"]);
});

test("a save by rename is one change, and an editor's temporary file is none", async () => {
  await write("file", "1");
  const watching = await start({ debounce: 200 });
  await write("file.tmp", "2");
  await rename(path.join(folder, "file.tmp"), path.join(folder, "file"));
  await write("last");
  const { changed, deleted } = await collect(watching, "last");
  expect([...changed].toSorted()).toEqual(["file", "last"]);
  expect([...deleted]).toEqual([]);
});

test("what happens while a batch is worked on comes with the next", async () => {
  const watching = await start();
  const batches: WatchBatch[] = [];
  await write("one");
  for await (const batch of watching) {
    batches.push(batch);
    if (batches.length === 1) {
      await write("two");
      await write("three");
    }
    if (batches.flatMap(({ changed }) => changed).length === 3) break;
  }
  expect(batches.flatMap(({ changed }) => changed).toSorted()).toEqual(["one", "three", "two"]);
});

test("ignored files say nothing, exceptions in ignored folders do", async () => {
  await write("node_modules/dep/index.js");
  await write("logs/keep/me");
  const watching = await start({ ignore: parseIgnore("node_modules\nlogs\n!logs/keep") });
  await write("node_modules/dep/index.js", "2");
  await write("logs/other", "2");
  await write("logs/keep/me", "2");
  await write("zz-last");
  const { changed } = await collect(watching, "zz-last");
  expect([...changed].toSorted()).toEqual(["logs/keep/me", "zz-last"]);
});

test("closing ends the iteration", async () => {
  const watching = await start();
  const iterating = collect(watching, "never");
  await watching.close();
  expect(await iterating).toEqual({ changed: new Set(), deleted: new Set() });
});

test("an abort ends it with the signal's reason", async () => {
  const controller = new AbortController();
  const watching = await start({ signal: controller.signal });
  const iterating = collect(watching, "never");
  const reason = new Error("enough");
  controller.abort(reason);
  await expect(iterating).rejects.toBe(reason);
  await expect(watch(folder, { signal: controller.signal }).ready).rejects.toBe(reason);
});
