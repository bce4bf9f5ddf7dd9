import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { directorySource } from "./directory-source.ts";
import { followPaths } from "./follow-paths.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-follow-"));
  await mkdir(path.join(folder, "lib/deep"), { recursive: true });
  await mkdir(path.join(folder, "other"));
  for (const name of ["lib/a.js", "lib/b.js", "lib/deep/c", "other/x", "[1]", "top"]) {
    await writeFile(path.join(folder, name), name);
  }
  const links = {
    toLib: "lib",
    toA: "toLib/a.js",
    up: "../../top",
    loop: "loop",
    "other/abs": "/lib/deep",
    "lib/out": "../../../other/x",
  };
  for (const [name, target] of Object.entries(links)) await symlink(target, path.join(folder, name));
});
afterAll(() => rm(folder, { recursive: true }));

test.each<[string[], string[] | undefined]>([
  [[], undefined],
  [["."], undefined],
  [["/"], undefined],
  [["top", "nope/x"], ["top"]],
  [["lib/*.js"], ["lib/a.js", "lib/b.js"]],
  [["*/deep"], ["lib/deep", "loop", "toA", "toLib", "up"]],
  [["toA"], ["lib/a.js", "toA", "toLib"]],
  [["up"], ["top", "up"]],
  [["loop"], ["loop"]],
  [["other/abs/c"], ["lib/deep/c", "other/abs"]],
  [["lib/out"], ["lib/out", "other/x"]],
  [["\\[1]"], ["[1]"]],
])("%j", async (paths, expected) => {
  const found = await followPaths(folder, paths);
  expect(found && [...found].toSorted()).toEqual(expected && [...new Set(expected)].toSorted());
});

async function listed(request: Partial<Parameters<ReturnType<typeof directorySource>["list"]>[0]>): Promise<string[]> {
  const whole = { name: "context", followPaths: [], includePatterns: [], excludePatterns: [], ...request };
  const paths: string[] = [];
  for await (const files of directorySource(folder).list(whole, new AbortController().signal)) {
    paths.push(...files.map((file) => file.path));
  }
  return paths;
}

test("what is listed: what was asked for with the folders above it, without what is left out", async () => {
  expect(await listed({ followPaths: ["toA", "\\[1]"] })).toEqual(["[1]", "lib", "lib/a.js", "toA", "toLib"]);
  expect(await listed({ followPaths: ["lib"], excludePatterns: ["**/*.js", "#x"] })).toEqual([
    "lib",
    "lib/deep",
    "lib/deep/c",
    "lib/out",
  ]);
  expect(await listed({ includePatterns: ["**/c", "other"] })).toEqual([
    "lib",
    "lib/deep",
    "lib/deep/c",
    "other",
    "other/abs",
    "other/x",
  ]);
  expect(await listed({ excludePatterns: ["*", "!lib/deep"] })).toEqual(["lib", "lib/deep", "lib/deep/c"]);
});

test("a file that went away or shrank since it was listed is an error, not other content", async () => {
  const source = directorySource(folder);
  const read = async (name: string, size: number): Promise<string> => {
    const chunks: Uint8Array[] = [];
    const file = { path: name, type: "file", mode: 0o644, size, mtimeNs: 0n } as const;
    for await (const chunk of source.open(file, new AbortController().signal)) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks).toString();
  };
  expect(await read("top", 3)).toBe("top");
  for (const [name, size] of [
    ["gone", 1],
    ["top", 4],
    ["lib", 1],
    ["toA", 1],
  ] as const) {
    await expect(read(name, size)).rejects.toMatchObject({ code: "CONTEXT_CHANGED_WHILE_READ" });
  }
});
