import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { ignoreNothing, parseIgnore } from "@slipway/context";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ContextChange } from "./context-change.ts";
import { ContextListing } from "./context-listing.ts";
import { contextPath, listContext, readChanges } from "./read-changes.ts";
import { TreeWatcher } from "./tree-watcher.ts";
import { type FolderBatch, watch, watchAll, type Watch, type WatchBatch, type WatchOptions } from "./watch.ts";
import { WatchRules } from "./watch-rules.ts";

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

test("a branch switch with thousands of files ends with all of them known", { timeout: 60_000 }, async () => {
  const git = (...args: string[]): void => void execFileSync("git", args, { cwd: folder, stdio: "ignore" });
  const fill = async (text: string): Promise<void> => {
    for (let i = 0; i < 60; i++) {
      for (let j = 0; j < 50; j++) await write(`${text}-only-${i % 3}/d${i}/f${j}`, text);
      await write(`both/d${i}`, text);
    }
  };
  git("init", "-b", "one");
  git("config", "user.email", "a@example.com");
  git("config", "user.name", "a");
  await fill("one");
  git("add", ".");
  git("commit", "-m", "one");
  git("checkout", "-b", "two");
  git("rm", "-r", "-q", ".");
  await fill("two");
  git("add", ".");
  git("commit", "-m", "two");
  const ignore = parseIgnore(".git");
  const listing = new ContextListing(await listContext(folder, ignore));
  const watching = await start({ ignore });
  execFileSync("git", ["checkout", "-q", "one"], { cwd: folder });
  await write("last");
  const changes = new Map<string, ContextChange>();
  for await (const { changed, deleted } of watching) {
    for (const name of [...changed, ...deleted]) {
      await readChanges({ directory: folder, ignore, listing }, [name === "." ? "" : name], changes);
    }
    if (listing.get("last")) break;
  }
  const now = new ContextListing(await listContext(folder, ignore));
  expect([...listing.below("")].toSorted()).toEqual([...now.below("")].toSorted());
  expect(listing.get("both/d7")?.mtimeNs).toBe(now.get("both/d7")?.mtimeNs);
});

test(
  "so many changes at once that events get lost are told as one of the whole folder",
  { timeout: 30_000 },
  async () => {
    const watching = await start({ debounce: 400 });
    for (let i = 0; i < 4_100; i++) writeFileSync(path.join(folder, `f${i}`), "");
    for await (const { changed, deleted } of watching) {
      expect({ changed, deleted }).toEqual({ changed: ["."], deleted: [] });
      break;
    }
  },
);

test("folders that are moved in are watched, those that are moved out are not, and links lead nowhere", async () => {
  const other = await mkdtemp(path.join(tmpdir(), "slipway-watch-other-"));
  try {
    await mkdir(path.join(other, "in/deep"), { recursive: true });
    await write("out/deep/file");
    const watching = await start();
    await rename(path.join(other, "in"), path.join(folder, "in"));
    await rename(path.join(folder, "out"), path.join(other, "out"));
    await symlink(other, path.join(folder, "link"));
    await write("moved");
    const first = await collect(watching, "moved");
    expect([...first.changed].toSorted()).toEqual(["in", "link", "moved"]);
    expect([...first.deleted]).toEqual(["out"]);
  } finally {
    await rm(other, { recursive: true, force: true });
  }
});

test("a folder that came, came again or took the place of another is watched from its first file on", async () => {
  const watching = await start();
  const seen = new Set<string>();
  const steps = [
    async () => write("a/b/c/one"),
    async () => write("a/b/c/two"),
    async () => {
      await rename(path.join(folder, "a"), path.join(folder, "z"));
      await write("a/b/c/three");
    },
    async () => write("a/b/c/four"),
    async () => write("z/b/c/five"),
  ];
  const wanted = ["a/b/c/two", "a/b/c/four", "z/b/c/five"];
  const next = async (): Promise<void> => steps.shift()?.();
  await next();
  for await (const { changed } of watching) {
    for (const name of changed) seen.add(name);
    if (steps.length === 0 && wanted.every((name) => seen.has(name))) break;
    await next();
  }
  expect([...seen]).toEqual(expect.arrayContaining(wanted));
});

test("ignored folders are not watched, and need not even be readable", async () => {
  await write("node_modules/dep/deep/index.js");
  await write("src/a");
  const made: string[] = [];
  const watcher = new TreeWatcher({
    roots: [folder],
    wants: (name) => {
      made.push(path.relative(folder, name));
      return !name.endsWith("node_modules");
    },
    onEvent: () => undefined,
    onError: (error) => expect.fail(String(error)),
  });
  await watcher.open();
  watcher.close();
  expect(made.toSorted()).toEqual(["", "node_modules", "src"]);
});

test("several folders are watched together, each with its own ignore rules", async () => {
  await write("api/file");
  await write("web/file");
  const watching = watchAll([
    { name: "all", directory: folder, ignore: parseIgnore("web") },
    { name: "web", directory: path.join(folder, "web") },
    { name: "api", directory: path.join(folder, "api"), ignore: parseIgnore("*.log") },
  ]);
  await watching.ready;
  await write("api/x.log");
  await write("api/file", "2");
  await write("web/file", "2");
  const seen = new Set<string>();
  for await (const batches of watching) {
    for (const { name, changed } of batches) for (const one of changed) seen.add(`${name}:${one}`);
    if (seen.has("web:file") && seen.has("api:file")) break;
  }
  expect([...seen].toSorted()).toEqual(["all:api/file", "all:api/x.log", "api:file", "web:file"]);
});

test("what a rule is about is watched, be it a file or not there yet", async () => {
  const edit = async (...names: string[]): Promise<void> => {
    for (const name of names) await write(name, `${name} ${performance.now()}`);
  };
  await edit("package.json", "other", "src/a", "src/x.log", "node_modules/m");
  const rules = new WatchRules([
    { path: path.join(folder, "package.json"), action: "rebuild" },
    { path: path.join(folder, "src"), action: "sync", target: "/src", ignore: ["*.log"] },
    { path: path.join(folder, "later/conf"), action: "restart" },
  ]);
  const watching = watchAll(rules.folders("web"));
  await watching.ready;
  const batches = watching[Symbol.asyncIterator]();
  const next = async (): Promise<string[]> => {
    const { value } = (await batches.next()) as { value: readonly FolderBatch[] };
    const files = value.flatMap(({ directory, changed }) => changed.map((name) => path.join(directory, name)));
    return files.map((file) => path.relative(folder, file)).toSorted();
  };
  await edit("other", "src/x.log", "node_modules/m", "package.json");
  expect(await next()).toEqual(["package.json"]);
  await edit("src/a");
  expect(await next()).toEqual(["src/a"]);
  await edit("later/conf");
  expect(await next()).toContain("later");
  await edit("other", "later/conf", "later/else");
  expect(await next()).toEqual(["later/conf"]);
  await watching.close();
});

test("a watched folder that goes, or is moved away, and comes back is watched again", async () => {
  const root = path.join(folder, "app");
  await write("app/src/a");
  const watching = watch(root);
  await watching.ready;
  const listing = new ContextListing(await listContext(root, ignoreNothing));
  const changes = new Map<string, ContextChange>();
  const batches = watching[Symbol.asyncIterator]();
  const until = async (expected: string[]): Promise<void> => {
    while ([...listing.below("")].toSorted().join() !== expected.join()) {
      const { value } = (await batches.next()) as { value: WatchBatch };
      const names = [...value.changed, ...value.deleted].map((name) => contextPath(root, name));
      await readChanges({ directory: root, ignore: ignoreNothing, listing }, names, changes);
    }
  };
  await rm(root, { recursive: true });
  await until([]);
  await write("app/src/b");
  await until(["src", "src/b"]);
  await rename(root, path.join(folder, "away"));
  await until([]);
  await rename(path.join(folder, "away"), root);
  await until(["src", "src/b"]);
  await write("app/src/c");
  await until(["src", "src/b", "src/c"]);
  await watching.close();
});
