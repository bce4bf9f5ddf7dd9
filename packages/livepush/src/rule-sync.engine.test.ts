import path from "node:path";
import { parseIgnore } from "@slipway/context";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { Workbench, writeFiles } from "../test/workbench.ts";
import { RuleSync } from "./rule-sync.ts";
import { type WatchRule, WatchRules } from "./watch-rules.ts";

let bench: Workbench;
const open: RuleSync[] = [];
const { signal } = new AbortController();
beforeAll(async () => {
  bench = await Workbench.open();
});
afterEach(async () => {
  for (const sync of open.splice(0)) await sync.close();
  await bench.clear();
});
afterAll(() => bench.close());

async function start(
  files: Parameters<Workbench["folder"]>[0],
  rules: (folder: string) => WatchRule[],
  run: Record<string, unknown> = {},
): Promise<{
  folder: string;
  sync: RuleSync;
  containerId: string;
  edit: typeof writeFiles;
  paths: (...names: string[]) => string[];
}> {
  const folder = await bench.folder(files);
  const containerId = await bench.run("slipway-base/busybox:1", { Cmd: ["sleep", "3600"], StopSignal: "KILL", ...run });
  const context = { directory: folder, ignore: parseIgnore("*.secret") };
  const sync = new RuleSync({ docker: bench.engine, containerId, rules: new WatchRules(rules(folder), context) });
  open.push(sync);
  const paths = (...names: string[]): string[] => names.map((name) => path.join(folder, name));
  return { folder, sync, containerId, edit: writeFiles, paths };
}

test("sync copies, removes and replaces; ignored and excluded files stay out; files belong to the container's user", async () => {
  const { folder, sync, containerId, paths } = await start(
    { "web/a.js": "1", "web/sub/b.js": "b", "web/note.txt": "n" },
    (root) => [
      { path: `${root}/web`, action: "sync", target: "/app/web", ignore: ["tmp/"], include: ["**/*.js", "sub", "new"] },
    ],
    { User: "1234:77" },
  );
  await writeFiles(folder, { "web/a.js": "2", "web/tmp/x.js": "x", "web/k.secret": "k", "web/note.txt": "m" });
  await sync.apply(paths("web/a.js", "web/tmp", "web/k.secret", "web/note.txt", "web/sub"), signal);
  expect(await bench.tree(containerId, "/app/web")).toEqual({
    web: "directory 755 1234:77",
    "web/a.js": "file 644 1234:77 2",
    "web/sub": "directory 755 1234:77",
    "web/sub/b.js": "file 644 1234:77 b",
  });
  await writeFiles(folder, { "web/a.js": undefined, "web/sub": undefined, "web/new/c.js": "c" });
  await writeFiles(folder, { "web/sub": { link: "new" } });
  const outcome = await sync.apply(paths("web/a.js", "web/sub", "web/new"), signal);
  expect(outcome.deleted.toSorted()).toEqual(["/app/web/a.js", "/app/web/sub"]);
  expect(await bench.tree(containerId, "/app/web")).toEqual({
    web: "directory 755 1234:77",
    "web/new": "directory 755 1234:77",
    "web/new/c.js": "file 644 1234:77 c",
    "web/sub": "symlink -> new 1234:77",
  });
});

test("initial_sync keeps to ignore and include by whole paths; all is copied again into a new container", async () => {
  const { sync, containerId } = await start(
    { "src/keep/a.py": "a", "src/build/a.py": "x", "src/b.txt": "b", "src/build.py": "c", "lib/l": "l" },
    (root) => [
      {
        path: `${root}/src`,
        action: "sync",
        target: "/src",
        ignore: ["build"],
        include: ["**/*.py", "keep"],
        initial_sync: true,
      },
      { path: `${root}/lib`, action: "sync+restart", target: "/lib2" },
    ],
  );
  await sync.initialSync({ signal });
  expect(Object.keys(await bench.tree(containerId, "/src")).toSorted()).toEqual([
    "src",
    "src/build.py",
    "src/keep",
    "src/keep/a.py",
  ]);
  expect(await bench.tree(containerId, "/lib2")).toEqual({});
  expect(await sync.initialSync({ all: true, signal })).toMatchObject({ restarted: false });
  expect(Object.keys(await bench.tree(containerId, "/lib2"))).toEqual(["lib2", "lib2/l"]);
});

test("restart and exec come once, after all is copied; a rebuild comes before anything else", async () => {
  const { folder, sync, containerId, paths } = await start({ "a/x": "1", "b/y": "1", "c/z": "1", pkg: "1" }, (root) => [
    { path: `${root}/a`, action: "sync+exec", target: "/a", exec: { command: ["sh", "-c", "cat /a/x /b/y >> /ran"] } },
    { path: `${root}/b`, action: "sync+restart", target: "/b" },
    { path: `${root}/c`, action: "restart" },
    { path: `${root}/pkg`, action: "rebuild" },
  ]);
  const started = async (): Promise<string> =>
    (await bench.engine.docker.getContainer(containerId).inspect()).State.StartedAt;
  const before = await started();
  expect(await sync.apply(paths("a/x", "b/y", "c/z"), signal)).toMatchObject({
    restarted: true,
    commands: { length: 1 },
  });
  expect(await bench.say(containerId, "cat", "/ran")).toBe("11");
  expect(await started()).not.toBe(before);
  await writeFiles(folder, { "a/x": "2", pkg: "2" });
  expect(await sync.apply(paths("a/x", "pkg"), signal)).toMatchObject({ rebuild: paths("pkg"), copied: [] });
  expect(await bench.say(containerId, "cat", "/a/x")).toBe("1");
});

test("a failing command is told, and done again with the next change", async () => {
  const { folder, sync, containerId, paths } = await start({ "a/x": "bad", "a/y": "1" }, (root) => [
    {
      path: `${root}/a`,
      action: "sync+exec",
      target: "/a",
      exec: { command: ["sh", "-c", "grep -q good /a/x && cp /a/x /ran"] },
    },
  ]);
  await expect(sync.apply(paths("a/x"), signal)).rejects.toMatchObject({
    code: "LIVEPUSH_COMMAND_FAILED",
    exitCode: 1,
  });
  await writeFiles(folder, { "a/x": "good" });
  await sync.apply(paths("a/y"), signal);
  expect(await bench.say(containerId, "cat", "/ran")).toBe("good");
});

test("a container that exited gets its files and is started, with a single file's rule as well", async () => {
  const { folder, sync, containerId, paths } = await start({ "a/x": "1", conf: "1" }, (root) => [
    { path: `${root}/a`, action: "sync", target: "/a" },
    { path: `${root}/conf`, action: "sync", target: "/etc/conf" },
  ]);
  await sync.apply(paths("a/x", "conf"), signal);
  await bench.engine.docker.getContainer(containerId).kill();
  await writeFiles(folder, { "a/x": undefined, "a/y": "2", conf: "2" });
  expect(await sync.apply(paths("a", "a/x", "conf"), signal)).toMatchObject({ restarted: true });
  expect(await bench.say(containerId, "sh", "-c", "ls /a; cat /a/y /etc/conf")).toBe("y\n22");
  expect(await sync.apply(paths("conf"), signal)).toMatchObject({ restarted: false });
});
