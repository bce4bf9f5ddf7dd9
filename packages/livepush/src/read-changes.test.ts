import { chmod, mkdtemp, rename, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { ignoreNothing, parseIgnore } from "@slipway/context";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Files, writeFiles } from "../test/workbench.ts";
import type { ContextChange } from "./context-change.ts";
import { ContextListing } from "./context-listing.ts";
import { contextPath, listContext, readChanges } from "./read-changes.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "slipway-changes-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** What is found after an edit, as `path before>after`. */
async function changesOf(before: Files, edit: Files, names: string[], rules = ""): Promise<string[]> {
  await writeFiles(directory, before);
  const ignore = rules === "" ? ignoreNothing : parseIgnore(rules);
  const listing = new ContextListing(await listContext(directory, ignore));
  await writeFiles(directory, edit);
  const changes = new Map<string, ContextChange>();
  await readChanges({ directory, ignore, listing }, names, changes);
  const fresh = new Map(await listContext(directory, ignore));
  for (const [name, file] of fresh) expect(listing.get(name)?.type).toBe(file.type);
  expect([...listing.below("")].toSorted()).toEqual([...fresh.keys()].toSorted());
  return [...changes.values()].map((change) => `${change.path} ${change.before?.type}>${change.after?.type}`);
}

test("a new file comes with its new folders", async () => {
  expect(await changesOf({ a: "a" }, { "d/e/f": "f" }, ["d/e/f"])).toEqual([
    "d undefined>directory",
    "d/e undefined>directory",
    "d/e/f undefined>file",
  ]);
});

test("a path below what became a file is gone, and that file is not", async () => {
  expect(await changesOf({ "d/e/f": "f", "d/g": "g" }, { d: "a file" }, ["d/e/f", "d/e"])).toEqual([
    "d directory>file",
    "d/e directory>undefined",
    "d/e/f file>undefined",
    "d/g file>undefined",
  ]);
});

test("what lies behind a link that leads to itself is nothing", async () => {
  expect(await changesOf({ "d/f": "f" }, { d: { link: "d" } }, ["d/f"])).toEqual([
    "d directory>symlink",
    "d/f file>undefined",
  ]);
});

// Seed 400388.
test("a folder that is left out comes and goes with what it holds that is not", async () => {
  const rules = "d/e*\n!d/e0/f0\n!d/e1/g/h";
  expect(await changesOf({ "d/f": "f" }, { "d/e0/f0": "f" }, ["d/e0/f0"], rules)).toEqual([
    "d/e0 undefined>directory",
    "d/e0/f0 undefined>file",
  ]);
  expect(await changesOf({ "d/e0/other": "o" }, { "d/e0/f0": undefined }, ["d/e0/f0"], rules)).toEqual([
    "d/e0/f0 file>undefined",
    "d/e0 directory>undefined",
  ]);
  expect(await changesOf({ "d/e0/f0": "f" }, { "d/e0": "a file" }, ["d/e0"], rules)).toEqual([
    "d/e0/f0 file>undefined",
    "d/e0 directory>undefined",
  ]);
  expect(await changesOf({ "d/e1/g/h": "h", "d/e1/k": "k" }, { "d/e1/g/h": undefined }, ["d/e1/g"], rules)).toEqual([
    "d/e1/g/h file>undefined",
    "d/e1/g directory>undefined",
    "d/e1 directory>undefined",
  ]);
});

test("another mode of a folder that is left out, but for what it holds, is a change", async () => {
  const ignore = parseIgnore("d\n!d/f");
  await writeFiles(directory, { "d/f": "f", "d/g": "g" });
  const listing = new ContextListing(await listContext(directory, ignore));
  await chmod(path.join(directory, "d"), 0o700);
  const changes = new Map<string, ContextChange>();
  await readChanges({ directory, ignore, listing }, ["d"], changes);
  expect([...changes]).toMatchObject([["d", { before: { mode: 0o755 }, after: { mode: 0o700 } }]]);
});

// Seed 300116.
test("a folder that took another's place brings its files, though they are as large and as old", async () => {
  await writeFiles(directory, { "d/f": "213", "e/f": "252", "e/g": "g" });
  const moment = new Date(1_700_000_000_000);
  for (const name of ["d/f", "e/f"]) await utimes(path.join(directory, name), moment, moment);
  const context = {
    directory,
    ignore: ignoreNothing,
    listing: new ContextListing(await listContext(directory, ignoreNothing)),
  };
  await rm(path.join(directory, "d"), { recursive: true });
  await rename(path.join(directory, "e"), path.join(directory, "d"));
  const changes = new Map<string, ContextChange>();
  await readChanges(context, ["d", "e"], changes);
  expect([...changes.keys()].toSorted()).toEqual(["d", "d/f", "d/g", "e", "e/f", "e/g"]);
});

test("a deleted file takes along the folders that went with it, and what they held", async () => {
  expect(await changesOf({ "d/e/f": "f", "d/g": "g" }, { d: undefined }, ["d/e/f"])).toEqual([
    "d directory>undefined",
    "d/e directory>undefined",
    "d/e/f file>undefined",
    "d/g file>undefined",
  ]);
});

test("the disk decides what a named path is: a file for a folder, a folder for a file, a link", async () => {
  const before: Files = { "a/x": "x", b: "b", c: "c" };
  const edit: Files = { a: "file", b: undefined, "b/y": "y", c: { link: "a" } };
  expect(await changesOf(before, edit, ["a", "b", "c", "nothing"])).toEqual([
    "a directory>file",
    "a/x file>undefined",
    "b file>directory",
    "b/y undefined>file",
    "c file>symlink",
    "nothing undefined>undefined",
  ]);
});

test("a folder named as changed stands for what is new, gone or other than it was in it", async () => {
  const changes = await changesOf(
    { "d/same": "s", "d/changed": "1", "d/gone": "g" },
    { "d/changed": "22", "d/gone": undefined, "d/new": "n" },
    ["d"],
  );
  expect(changes.filter((change) => !change.startsWith("d ")).toSorted()).toEqual([
    "d/changed file>file",
    "d/gone file>undefined",
    "d/new undefined>file",
  ]);
});

test("ignored paths are no changes", async () => {
  const changes = await changesOf(
    { "m/a": "a", "m/keep": "k" },
    { "m/a": "b", "m/keep": "l" },
    ["m/a", "m/keep"],
    "m\n!m/keep",
  );
  expect(changes).toEqual(["m/keep file>file"]);
});

test("paths may be absolute, but not lead out", () => {
  expect(contextPath("/ctx", "/ctx/a/b")).toBe("a/b");
  expect(contextPath("/ctx", "./a/../..foo")).toBe("..foo");
  expect(() => contextPath("/ctx", "../a")).toThrow(expect.objectContaining({ code: "LIVEPUSH_PATH_OUTSIDE" }));
  expect(() => contextPath("/ctx", "/ctxt/a")).toThrow(expect.objectContaining({ code: "LIVEPUSH_PATH_OUTSIDE" }));
});

test("an ignored file brings a folder that is not ignored", async () => {
  expect(await changesOf({ a: "a" }, { "d/e/x.log": "x" }, ["d/e/x.log"], "**/*.log")).toEqual([
    "d undefined>directory",
    "d/e undefined>directory",
  ]);
});
