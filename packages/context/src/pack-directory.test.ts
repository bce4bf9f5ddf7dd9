import type { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { appendFile, chmod, link, mkdir, mkdtemp, rm, symlink, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { directoryEntries, packDirectory, type PackDirectoryOptions } from "./pack-directory.ts";
import { readEntries } from "./read-entries.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-test-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const put = async (name: string, content = name): Promise<void> => {
  await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
  await writeFile(path.join(folder, name), content);
};

async function packed(options?: PackDirectoryOptions): Promise<string[]> {
  const names: string[] = [];
  for await (const { header } of readEntries(packDirectory(folder, options))) names.push(header.name);
  return names;
}

test("modes, times, links, empty folders and long names are kept; owners are root", async () => {
  const long = `${"d".repeat(200)}/${"f".repeat(200)}`;
  await put(long, "x".repeat(200_000));
  await put("run.sh");
  await chmod(path.join(folder, "run.sh"), 0o755);
  await utimes(path.join(folder, "run.sh"), 1, 1_700_000_000.75);
  await mkdir(path.join(folder, "empty"), { mode: 0o700 });
  await symlink("/nowhere", path.join(folder, "dangling"));
  const entries = [];
  for await (const { header, body } of readEntries(packDirectory(folder)))
    entries.push({ ...header, body: await text(body) });
  const header = { uid: 0, gid: 0 };
  expect(entries).toMatchObject([
    { ...header, name: "dangling", type: "symlink", linkname: "/nowhere", body: "" },
    { ...header, name: "d".repeat(200), type: "directory" },
    { ...header, name: long, type: "file", size: 200_000, body: "x".repeat(200_000) },
    { ...header, name: "empty", type: "directory", mode: 0o700 },
    { ...header, name: "run.sh", type: "file", mode: 0o755, mtime: new Date(1_700_000_000_000), body: "run.sh" },
  ]);
});

test("the same files give the same archive", async () => {
  for (let i = 0; i < 100; i++) await put(`${i % 7}/${i}`);
  expect((await buffer(packDirectory(folder))).equals(await buffer(packDirectory(folder)))).toBe(true);
});

test("the ignore file is heeded; it and the Dockerfile are always sent", async () => {
  for (const name of ["Dockerfile", "a.md", "src/a.js", "src/a.md"]) await put(name);
  await put(".dockerignore", "**/*.md\nDockerfile\n.dockerignore\n");
  expect(await packed()).toEqual([".dockerignore", "Dockerfile", "src", "src/a.js"]);
});

test("a Dockerfile's own ignore file goes first", async () => {
  for (const name of ["a.js", "a.md", "docker/prod"]) await put(name);
  await put(".dockerignore", "**/*.md\n");
  await put("docker/prod.dockerignore", "*\n!a.md\n");
  expect(await packed({ dockerfile: "docker/prod" })).toEqual([
    "a.md",
    "docker",
    "docker/prod",
    "docker/prod.dockerignore",
  ]);
  expect(await packed({ dockerfile: "./docker/prod" })).toEqual([
    "a.md",
    "docker",
    "docker/prod",
    "docker/prod.dockerignore",
  ]);
  expect(await packed({ ignore: { ignores: (name) => name !== "a.md", mayContainIncluded: () => false } })).toEqual([
    "a.md",
  ]);
});

test("a malformed ignore file is the stream's error", async () => {
  await put(".dockerignore", "[\n");
  await expect(buffer(packDirectory(folder))).rejects.toMatchObject({
    code: "CONTEXT_BAD_PATTERN",
    range: { file: path.join(folder, ".dockerignore") },
  });
});

test("a file that grows is packed as it was, one that shrinks is an error, one that goes is left out", async () => {
  for (const name of ["grows", "later-gone", "shrinks"]) await put(name, "x".repeat(600_000));
  const seen: [string, number][] = [];
  const reading = (async () => {
    for await (const { header, body } of directoryEntries(folder)) {
      const name = path.join(folder, header.name);
      if (header.name === "grows") {
        await appendFile(name, "more");
        // Walked already, and opened when its turn comes.
        await rm(path.join(folder, "later-gone"));
      }
      if (header.name === "shrinks") await truncate(name, 300_000);
      seen.push([header.name, (await buffer(body as Readable)).length]);
    }
  })();
  await expect(reading).rejects.toMatchObject({
    code: "CONTEXT_CHANGED_WHILE_READ",
    message: expect.stringContaining("300000 of 600000 bytes are left"),
  });
  expect(seen).toEqual([["grows", 600_000]]);
});

test("an abort ends the packing", async () => {
  await put("a");
  const reason = new Error("enough");
  await expect(buffer(packDirectory(folder, { signal: AbortSignal.abort(reason) }))).rejects.toThrow(reason);
});

test("hard links stay links in an archive; as entries each has its content", async () => {
  await put("a", "one");
  await put("d/b", "two");
  await link(path.join(folder, "a"), path.join(folder, "d/a"));
  await link(path.join(folder, "d/b"), path.join(folder, "z"));
  const kinds = async (options?: PackDirectoryOptions): Promise<string[]> => {
    const found: string[] = [];
    for await (const { header, body } of readEntries(packDirectory(folder, options))) {
      found.push(`${header.name} ${header.type} ${header.linkname ?? (await text(body))}`);
    }
    return found;
  };
  expect(await kinds()).toEqual(["a file one", "d directory ", "d/a link a", "d/b file two", "z link d/b"]);
  // The first name that is packed is the file.
  const ignore = { ignores: (name: string) => name === "d", mayContainIncluded: () => false };
  expect(await kinds({ ignore })).toEqual(["a file one", "z file two"]);
  const contents: string[] = [];
  for await (const { header, body } of directoryEntries(folder)) {
    if (header.type === "file") contents.push(Buffer.isBuffer(body) ? body.toString() : "");
  }
  expect(contents).toEqual(["one", "one", "two", "two"]);
});
