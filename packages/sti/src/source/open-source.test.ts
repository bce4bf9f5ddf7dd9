import { execFileSync } from "node:child_process";
import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { arrayBuffer } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readSourceFacts } from "../source-facts.ts";
import { withSource } from "./open-source.ts";

let folder: string;
let working: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sti-source-"));
  working = path.join(folder, "working");
  await mkdir(working);
});

afterEach(async () => {
  const left = await readdir(working);
  await rm(folder, { recursive: true, force: true });
  if (left.length > 0) throw new Error(`left behind: ${left.join(", ")}`);
});

type Given = Omit<Parameters<typeof withSource>[0], "workingDir">;

/** A source's files as they are built, by name. */
async function filesOf(request: Given): Promise<Record<string, string>> {
  return withSource(
    { ...request, workingDir: working },
    () => undefined,
    async ({ tree }) => {
      const { ignore } = await readSourceFacts(tree);
      const files: Record<string, string> = {};
      for await (const { header, body } of tree.entries(ignore)) {
        if (header.name === "" || header.type === "directory") continue;
        files[header.name] =
          header.type === "symlink"
            ? `-> ${header.linkname}`
            : Buffer.from(await arrayBuffer(Readable.from(body ?? [], { objectMode: false }))).toString();
      }
      return files;
    },
  );
}

async function project(): Promise<string> {
  const root = path.join(folder, "project");
  await mkdir(path.join(root, "app/.s2i"), { recursive: true });
  await writeFile(path.join(root, "readme"), "top");
  await writeFile(path.join(root, "app/a.txt"), "a");
  await writeFile(path.join(root, "app/b.log"), "b");
  await writeFile(path.join(root, "app/.s2iignore"), "*.log\n");
  await writeFile(path.join(root, "app/.dockerignore"), "*.txt\n");
  await symlink("a.txt", path.join(root, "app/link"));
  return root;
}

const expected = { ".dockerignore": "*.txt\n", ".s2iignore": "*.log\n", "a.txt": "a", link: "-> a.txt" };

test("a folder, its context folder, its ignore file", async () => {
  const source = await project();
  expect(await filesOf({ source, contextDir: "app" })).toEqual(expected);
  expect(Object.keys(await filesOf({ source }))).toContain("app/b.log");
});

test.each([
  ["tar", ["tar", "-cf", "out", "-C", "project", "."]],
  ["tar.gz", ["tar", "-czf", "out", "-C", "project", "."]],
  ["zip", ["sh", "-c", "cd project && zip -qry ../out.zip . && mv ../out.zip ../out"]],
])("%s, by name and as a stream", async (_, [command = "", ...args]) => {
  await project();
  execFileSync(command, args, { cwd: folder });
  const file = path.join(folder, "out");
  expect(await filesOf({ source: file, contextDir: "app" })).toEqual(expected);
  expect(await filesOf({ source: createReadStream(file), contextDir: "app" })).toEqual(expected);
});

test("a single file, also one that is compressed or empty", async () => {
  const file = path.join(folder, "app.jar");
  await writeFile(file, "binary");
  expect(await filesOf({ source: file })).toEqual({ "app.jar": "binary" });
  execFileSync("gzip", ["-k", file]);
  expect(Object.keys(await filesOf({ source: `${file}.gz` }))).toEqual(["app.jar.gz"]);
  expect(await filesOf({ source: Readable.from([]), sourceName: "none" })).toEqual({ none: "" });
});

function git(cwd: string, ...args: string[]): string {
  const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "protocol.file.allow=always"];
  return execFileSync("git", [...identity, ...args], { cwd, encoding: "utf8" }).trim();
}

test("a git repository: a branch, a tag, a commit, a context folder, submodules", { timeout: 60_000 }, async () => {
  const source = await project();
  const library = path.join(folder, "library");
  await mkdir(library);
  await writeFile(path.join(library, "lib.txt"), "library");
  for (const root of [library, source]) {
    git(root, "init", "-q", "-b", "main");
    git(root, "add", "-A");
    git(root, "commit", "-qm", "first");
  }
  const first = git(source, "rev-parse", "HEAD");
  git(source, "tag", "v1");
  git(source, "submodule", "--quiet", "add", `file://${library}`, "app/library");
  await writeFile(path.join(source, "app/a.txt"), "second");
  git(source, "add", "-A");
  git(source, "commit", "-qm", "second");
  const url = `file://${source}`;
  const second = { ...expected, "a.txt": "second", "library/lib.txt": "library" };
  await writeFile(path.join(source, "app/a.txt"), "not committed");
  expect(await filesOf({ source: url, contextDir: "app" })).toEqual(second);
  expect(await filesOf({ source: `${url}#main:app` })).toEqual(second);
  expect(await filesOf({ source: `${url}#v1:app` })).toEqual(expected);
  expect(await filesOf({ source: url, ref: first, contextDir: "app" })).toEqual(expected);
  // A folder is built as it is.
  expect((await filesOf({ source, contextDir: "app" }))["a.txt"]).toBe("not committed");
  const commit = await withSource(
    { source: url, workingDir: working },
    () => undefined,
    async (open) => open.commit,
  );
  expect(commit).toMatchObject({ author: "Ada <ada@example.org>", message: "second" });
  await expect(filesOf({ source: `${url}#nothing` })).rejects.toMatchObject({ code: "STI_GIT_FAILED" });
});

test("an abort ends git", async () => {
  const controller = new AbortController();
  // A server that never answers.
  const { createServer } = await import("node:net");
  const server = createServer((socket) => {
    socket.resume();
    controller.abort(new Error("enough"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const source = `git://127.0.0.1:${port}/x`;
  await expect(filesOf({ source, signal: controller.signal })).rejects.toThrow("enough");
  await new Promise((resolve) => server.close(resolve));
});

test.each([
  ["nothing there", { source: "no-such-folder" }, "STI_BAD_SOURCE"],
  ["a context folder that leads out", { source: ".", contextDir: "../.." }, "STI_BAD_SOURCE"],
  ["a ref of a folder", { source: ".", ref: "main" }, "STI_BAD_REQUEST"],
  ["a damaged zip", { source: Readable.from([Buffer.from("PK\u0003\u0004 and no more")]) }, "STI_BAD_SOURCE"],
])("refused: %s", async (_, request, code) => {
  await expect(filesOf(request)).rejects.toMatchObject({ code });
});

test("refused: archives that lead out, or are cut off", async () => {
  await writeFile(path.join(folder, "x"), "x");
  execFileSync("tar", ["-cPf", "up.tar", "--transform", "s,^,../../,", "x"], { cwd: folder });
  await expect(filesOf({ source: path.join(folder, "up.tar") })).rejects.toMatchObject({ code: "CONTEXT_BAD_PATH" });
  await writeFile(path.join(folder, "big"), Buffer.alloc(100_000, 1));
  execFileSync("sh", ["-c", "tar -cf whole.tar big && head -c 50000 whole.tar > cut.tar"], { cwd: folder });
  await expect(filesOf({ source: path.join(folder, "cut.tar") })).rejects.toMatchObject({
    code: "CONTEXT_TRUNCATED_ARCHIVE",
  });
});
