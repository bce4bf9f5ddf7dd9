import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { directoryFiles } from "./directory-files.ts";
import { openContext } from "./task-files.ts";
import { unpack } from "../test/fixture-archive.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-test-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const put = async (name: string, content = name): Promise<void> => {
  await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
  await writeFile(path.join(folder, name), content);
};

test("files are read, links followed as long as they stay inside", async () => {
  await put("docker/prod", "FROM x");
  await symlink("docker/prod", path.join(folder, "Dockerfile"));
  await symlink("/etc/hostname", path.join(folder, "outside"));
  await symlink("nowhere", path.join(folder, "dangling"));
  const files = directoryFiles(folder, folder, false, undefined);
  expect(await files.read("Dockerfile")).toBe("FROM x");
  expect(await files.read("docker")).toBeUndefined();
  expect(await files.read("docker/prod/x")).toBeUndefined();
  expect(await files.read("dangling")).toBeUndefined();
  await expect(files.read("outside")).rejects.toMatchObject({ code: "RESOLVE_BAD_PATH" });
  expect([await files.has("docker"), await files.has("dangling"), await files.has("none")]).toEqual([
    true,
    true,
    false,
  ]);
  expect(await files.names()).toEqual(["Dockerfile", "dangling", "docker/prod", "outside"]);
  await files.close();
});

test("it is packed by its own ignore file, with the Dockerfile in its place", async () => {
  for (const name of ["a.js", "a.md", "Dockerfile.template"]) await put(name);
  await put(".dockerignore", "*.md\nDockerfile*\n");
  const files = directoryFiles(folder, folder, false, undefined);
  const dockerfile = { path: "Dockerfile.template", dockerfilePath: "Dockerfile", dockerfile: "FROM y", changed: true };
  for (let twice = 0; twice < 2; twice++) {
    expect(Object.keys(await unpack(openContext(files, dockerfile)))).toEqual([
      "Dockerfile",
      ".dockerignore",
      "Dockerfile.template",
      "a.js",
    ]);
  }
  await files.close();
});
