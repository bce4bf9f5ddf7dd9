import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { main } from "./main.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-dry-run-"));
  await mkdir(path.join(folder, "web/src"), { recursive: true });
  await writeFile(path.join(folder, "compose.yaml"), "services:\n  web: { build: web }\n  db: { image: x }\n");
  const dockerfile = "FROM node\nWORKDIR /app\nCOPY package.json ./\nRUN npm ci\nCOPY src/ src/\n";
  await writeFile(path.join(folder, "web/Dockerfile"), dockerfile);
  await writeFile(path.join(folder, "web/package.json"), "{}");
  await writeFile(path.join(folder, "web/src/a.js"), "a");
});
afterEach(() => rm(folder, { recursive: true }));

async function live(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const written = { stdout: "", stderr: "" };
  const code = await main(["live", ".", ...args], {
    stdout: { write: (text: string) => (written.stdout += text) },
    stderr: { write: (text: string) => (written.stderr += text) },
    env: {},
    cwd: folder,
    signal: new AbortController().signal,
  });
  return { code, ...written };
}

test("--dry-run prints what a change would do, and why, without an engine", async () => {
  const { code, stdout } = await live("--dry-run", "web/package.json", "web/src/gone.js");
  expect(code).toBe(0);
  expect(stdout.split("\n")).toEqual([
    "web | copies /app/package.json (package.json changed)",
    "web | runs RUN npm ci (`COPY package.json ./` comes before it)",
    "web | deletes /app/src/gone.js (src/gone.js is gone)",
    "web | puts back, if it was written over, /app/src, /app/src/a.js (`RUN npm ci` ran again and may have written over it)",
    "web | restarts (package.json changed)",
    "web | depends on the container: shell",
    "",
  ]);
});

test("--dry-run goes by the rules in develop.watch where a service has them", async () => {
  const watch = [
    "{ path: web/src, action: sync+restart, target: /app/src, ignore: [node_modules] }",
    '{ path: web/conf, action: sync+exec, target: /etc/conf, exec: { command: ["reload", "now"] } }',
    "{ path: web/package.json, action: rebuild }",
  ];
  const rules = `develop: { watch: [${watch.join(", ")}] }`;
  await writeFile(path.join(folder, "compose.yaml"), `services:\n  web: { build: web, ${rules} }\n`);
  const printed = async (...files: string[]): Promise<string[]> =>
    (await live("--dry-run", ...files)).stdout.replaceAll(folder, "").trimEnd().split("\n");
  expect(await printed("web/src/a.js", "web/conf/b", "web/src/node_modules/x")).toEqual([
    "web | syncs /web/src/a.js to /app/src/a.js",
    "web | syncs /web/conf/b to /etc/conf/b",
    "web | restarts",
    "web | runs reload now",
  ]);
  expect(await printed("web/package.json", "web/src/a.js")).toEqual(["web | builds anew: /web/package.json changed"]);
  expect(await printed("web/other")).toEqual(["web | does nothing: no rule in `develop.watch` is about that"]);
});

test("--dry-run says what needs a rebuild, and what is nothing to it", async () => {
  expect((await live("--dry-run", "web/Dockerfile")).stdout).toBe(
    "web | builds anew: the Dockerfile, Dockerfile, changed\n",
  );
  expect((await live("--dry-run", "web/readme.md")).stdout).toBe(
    "web | does nothing: no step of the Dockerfile takes that\n",
  );
  expect(await live("--dry-run", "elsewhere.txt")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("elsewhere.txt"),
  });
});
