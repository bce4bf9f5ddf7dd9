import { createHash } from "node:crypto";
import { chmod, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Files, Workbench, writeFiles } from "../test/workbench.ts";
import { liveDockerfile } from "./live-dockerfile.ts";
import { Livepush } from "./livepush.ts";
import type { PushEvents } from "./push-event.ts";

let bench: Workbench;
beforeAll(async () => {
  bench = await Workbench.open();
});
afterEach(() => bench.clear());
afterAll(() => bench.close());

const from = "FROM slipway-base/busybox:1\n";

/** What a session emits, as short texts in order. */
function record(push: Livepush): string[] {
  const seen: string[] = [];
  const on = <Name extends keyof PushEvents>(name: Name, text: (...event: PushEvents[Name]) => string): void =>
    void (push.on as (name: string, listener: (...event: PushEvents[Name]) => void) => Livepush)(name, (...event) =>
      seen.push(`${name} ${text(...event)}`.trim()),
    );
  on("start", () => "");
  on("end", ({ outcome }) => outcome);
  on("files", ({ stageIdx, copied, deleted }) => `${stageIdx} +${copied.join(",")} -${deleted.join(",")}`);
  on("commandExecute", ({ stageIdx, command }) => `${stageIdx} ${command}`);
  on("commandOutput", ({ output }) => `${output.isStderr ? "err" : "out"} ${output.data.toString().trim()}`);
  on("commandReturn", ({ stageIdx, returnCode, command }) => `${stageIdx} ${command} = ${returnCode}`);
  on("containerRestart", () => "");
  on("cancel", () => "");
  return seen;
}

function eventOf(push: Livepush, name: keyof PushEvents): Promise<void> {
  return new Promise((resolve) => push.once(name, () => resolve()));
}

async function edit(context: string, files: Files): Promise<[changed: string[], deleted: string[]]> {
  await writeFiles(context, files);
  const names = Object.keys(files);
  return [names.filter((name) => files[name] !== undefined), names.filter((name) => files[name] === undefined)];
}

test("a push copies, runs what follows, restarts once, and says so", async () => {
  const text = `${from}WORKDIR /app\nCOPY package.json .\nRUN echo installed; cp package.json installed\nCOPY src src\nCMD ["sh", "-c", "trap 'echo bye; exit' TERM; while :; do sleep 0.1; done"]\n`;
  const context = await bench.folder({ Dockerfile: text, "package.json": "1", "src/a": "a" });
  const { push, containerId } = await bench.start(context, {
    text,
    skipContainerRestart: false,
    run: { Cmd: undefined, StopSignal: "TERM" },
  });
  const seen = record(push);
  const result = await push.performLivepush(...(await edit(context, { "package.json": "2", "src/a": undefined })));
  expect(seen).toEqual([
    "start",
    "files 0 +/app/package.json -",
    "commandExecute 0 echo installed; cp package.json installed",
    "commandOutput out installed",
    "commandReturn 0 echo installed; cp package.json installed = 0",
    "files 0 + -/app/src/a",
    "containerRestart",
    "end pushed",
  ]);
  expect(result.outcome).toBe("pushed");
  expect(await bench.say(containerId, "cat", "/app/installed")).toBe("2");
  // Its TERM handler ran: it was not killed.
  const { State } = await bench.engine.docker.getContainer(containerId).inspect();
  expect(State.Running).toBe(true);
  const logs = await bench.engine.docker.getContainer(containerId).logs({ stdout: true });
  expect(logs.toString()).toContain("bye");
});

test("what no step takes needs no push", async () => {
  const text = `${from}COPY src /src\n`;
  const context = await bench.folder({ Dockerfile: text, "src/a": "a", ".dockerignore": "src/*.log" });
  const { push } = await bench.start(context, { text });
  const seen = record(push);
  expect(push.livepushNeeded(["readme.md", "src/debug.log"], [])).toBe(false);
  expect(push.livepushNeeded(["src/b"], [])).toBe(true);
  expect(
    await push.performLivepush(...(await edit(context, { "readme.md": "x", "src/debug.log": "x" }))),
  ).toMatchObject({
    outcome: "unchanged",
  });
  expect(seen).toEqual([]);
});

test("a new push cancels the one under way, ends its command, and does what it had not done", async () => {
  const text = `${from}WORKDIR /app\nCOPY slow .\nRUN touch started; if grep -q slow slow; then sleep 7311; fi; cp slow done\nCOPY src src\n`;
  const context = await bench.folder({ Dockerfile: text, slow: "quick", "src/a": "a", "src/b": "b" });
  const { push, containerId } = await bench.start(context, { text });
  const seen = record(push);
  const executing = eventOf(push, "commandExecute");
  const first = push.performLivepush(...(await edit(context, { slow: "slow", "src/a": "A" })));
  await executing;
  await edit(context, { "src/b": "B", slow: "quick again" });
  const second = push.performLivepush(["src/b"]);
  const third = push.performLivepush(["slow"]);
  expect(await first).toMatchObject({ outcome: "cancelled" });
  expect(await second).toMatchObject({ outcome: "cancelled" });
  expect(await third).toMatchObject({ outcome: "pushed" });
  expect(await bench.say(containerId, "sh", "-c", "cat done src/a src/b; ps | grep -c '[s]leep 7311' || true")).toBe(
    "quick againAB0",
  );
  expect(seen.filter((event) => /^(?:start|end|cancel)/.test(event))).toEqual([
    "start",
    "cancel",
    "cancel",
    "end cancelled",
    "start",
    "end pushed",
  ]);
});

test("cancel() leaves the rest to the next push, even one of nothing", async () => {
  const text = `${from}WORKDIR /app\nCOPY in .\nRUN if grep -q slow in; then sleep 7312; fi; cp in done\n`;
  const context = await bench.folder({ Dockerfile: text, in: "1", mode: "" });
  const { push, containerId } = await bench.start(context, { text });
  const executing = eventOf(push, "commandExecute");
  const first = push.performLivepush(...(await edit(context, { in: "slow" })));
  await executing;
  await push.cancel();
  expect(await first).toMatchObject({ outcome: "cancelled" });
  expect(await bench.say(containerId, "sh", "-c", "cat done; ps | grep -c '[s]leep 7312' || true")).toBe("10");
  expect(push.livepushNeeded([], [])).toBe(true);
  await bench.say(containerId, "sh", "-c", "echo 3 > in");
  expect(await push.performLivepush([], [])).toMatchObject({ outcome: "pushed" });
  expect(await bench.say(containerId, "cat", "done")).toBe("3");
});

test("an aborted signal rejects with its reason", async () => {
  const text = `${from}COPY in /in\nRUN grep -q slow /in && sleep 7313 || true\n`;
  const context = await bench.folder({ Dockerfile: text, in: "1" });
  const { push } = await bench.start(context, { text });
  const controller = new AbortController();
  const reason = new Error("enough");
  const executing = eventOf(push, "commandExecute");
  const pushing = push.performLivepush(...(await edit(context, { in: "slow" })), { signal: controller.signal });
  await executing;
  controller.abort(reason);
  await expect(pushing).rejects.toBe(reason);
});

test("a failed command ends the push, is told with its output, and runs again at the next", async () => {
  const text = [
    "FROM slipway-base/busybox:1 AS one",
    "COPY in /in",
    "RUN grep -q good /in || { echo checking; echo bad input; exit 3; }; cp /in /out",
    "FROM slipway-base/busybox:1",
    "COPY --from=one /out /app/out",
    "COPY other /app/",
    "",
  ].join("\n");
  const context = await bench.folder({ Dockerfile: text, in: "good", other: "1" });
  const { push, containerId } = await bench.start(context, { text, stages: ["one"] });
  const seen = record(push);
  const failing = push.performLivepush(...(await edit(context, { in: "evil", other: "2" })));
  await expect(failing).rejects.toMatchObject({
    name: "CommandFailedError",
    code: "LIVEPUSH_COMMAND_FAILED",
    exitCode: 3,
    stageIdx: 0,
    output: "checking\nbad input\n",
    range: { file: "Dockerfile", start: { line: 3 } },
  });
  expect(seen.at(-1)).toBe("end failed");
  expect(await bench.say(containerId, "cat", "/app/out", "/app/other")).toBe("good1");
  await push.performLivepush(...(await edit(context, { in: "good 2" })));
  expect(await bench.say(containerId, "cat", "/app/out", "/app/other")).toBe("good 22");
});

test("a change that can't be pushed faithfully is refused whole, with every reason", async () => {
  const text = `${from}COPY --chown=nobody-here a /a\nADD data.tar /data/\nCOPY b /b\n`;
  const context = await bench.folder({ Dockerfile: text, a: "1", b: "1", "data.tar": "BZh1" });
  const built = await bench.folder({ Dockerfile: `${from}COPY a /a\n`, a: "1" });
  const containerId = await bench.run(await bench.build(built), { Cmd: ["sleep", "3600"] });
  const push = bench.track(
    await Livepush.init({
      dockerfileContent: text,
      context,
      containerId,
      stageImages: [],
      docker: bench.engine.docker,
    }),
  );
  const changes = await edit(context, { a: "2", b: "2", "data.tar": "BZh2", Dockerfile: `${text}EXPOSE 80\n` });
  await expect(push.performLivepush(...changes)).rejects.toMatchObject({
    code: "LIVEPUSH_REBUILD_NEEDED",
    problems: [
      { message: expect.stringContaining("the Dockerfile, Dockerfile, changed") },
      { message: expect.stringContaining("nobody-here"), range: { start: { line: 2 } } },
      { message: expect.stringContaining("unpacks data.tar"), range: { start: { line: 3 } }, path: "data.tar" },
    ],
  });
  expect(await bench.tree(containerId, "/b")).toEqual({});
  // A comment is no change, and once the Dockerfile is as it was only the rest stands in the way.
  await expect(push.performLivepush(...(await edit(context, { Dockerfile: `# hi\n${text}` })))).rejects.toMatchObject({
    problems: { length: 2 },
  });
});

test("a container that exited gets the files and is started", async () => {
  const text = `${from}WORKDIR /app\nCOPY src .\nCMD ["sh", "run.sh"]\n`;
  const context = await bench.folder({ Dockerfile: text, "src/run.sh": "exit 1" });
  const { push, containerId } = await bench.start(context, { text, run: { Cmd: undefined, StopSignal: "KILL" } });
  await bench.engine.docker.getContainer(containerId).wait();
  await push.performLivepush(...(await edit(context, { "src/run.sh": "exec sleep 3600", "src/sub/file": "f" })));
  expect(await bench.say(containerId, "cat", "/app/sub/file")).toBe("f");
});

test("without its container, or after cleanup, a push says so", async () => {
  const text = `FROM slipway-base/busybox:1 AS one\nCOPY a /a\n${from}COPY --from=one /a /a\n`;
  const context = await bench.folder({ Dockerfile: text, a: "1" });
  const { push, containerId } = await bench.start(context, { text, stages: ["one"] });
  await push.performLivepush(...(await edit(context, { a: "2" })));
  const filters = { label: [`dev.slipway.livepush=${containerId}`] };
  expect(await bench.engine.docker.listContainers({ all: true, filters })).toHaveLength(1);
  await bench.engine.docker.getContainer(containerId).remove({ force: true });
  await expect(push.performLivepush(...(await edit(context, { a: "3" })))).rejects.toMatchObject({
    name: "ContainerNotRunningError",
    code: "LIVEPUSH_CONTAINER_NOT_RUNNING",
  });
  await push.cleanupIntermediateContainers();
  expect(await bench.engine.docker.listContainers({ all: true, filters })).toHaveLength(0);
  await expect(push.performLivepush(["a"], [])).rejects.toMatchObject({ code: "LIVEPUSH_CONTAINER_NOT_RUNNING" });
});

test("init wants an image for each stage but the last, a Dockerfile and a container", async () => {
  const text = `FROM scratch AS a\nFROM scratch AS b\nFROM scratch\n`;
  const context = await bench.folder({ Dockerfile: text });
  const options = { context, containerId: "no-such-container", docker: bench.engine };
  await expect(Livepush.init({ ...options, dockerfileContent: text, stageImages: ["x"] })).rejects.toMatchObject({
    code: "LIVEPUSH_STAGE_IMAGES",
    message: "the Dockerfile has 3 stages, so 2 stage images are expected; got 1",
  });
  await expect(Livepush.init({ ...options, stageImages: [] })).rejects.toMatchObject({
    code: "LIVEPUSH_NO_DOCKERFILE",
  });
  await expect(Livepush.init({ ...options, dockerfileContent: "FROM scratch", stageImages: [] })).rejects.toMatchObject(
    { code: "LIVEPUSH_CONTAINER_NOT_RUNNING" },
  );
});

test("an image without a shell gets files; what needs a shell is refused", async () => {
  const text = "FROM scratch\nCOPY bin /bin\nCOPY src /app/src\n";
  const busybox = await bench.run(await bench.build(await bench.folder({ Dockerfile: from })), {
    Cmd: ["sleep", "60"],
  });
  const tree = await bench.tree(busybox, "/bin/busybox");
  expect(Object.keys(tree)).toEqual(["busybox"]);
  const base = await bench.folder({
    Dockerfile: `FROM slipway-base/busybox:1 AS from\nFROM scratch\nCOPY --from=from /bin/busybox /bin/sleep\nCOPY src /app/src\n`,
    "src/a": "a",
    "src/b": "b",
  });
  const stage = await bench.build(base, { target: "from" });
  const containerId = await bench.run(await bench.build(base), { Cmd: ["/bin/sleep", "3600"], StopSignal: "KILL" });
  const push = bench.track(
    await Livepush.init({
      dockerfileContent: text.replace("COPY bin /bin", "COPY --from=slipway-base/busybox:1 /bin/busybox /bin/sleep"),
      context: base,
      containerId,
      stageImages: [],
      docker: bench.engine,
      skipContainerRestart: true,
    }),
  );
  expect(stage).not.toBe("");
  await push.performLivepush(...(await edit(base, { "src/a": "A", "src/new/deep/c": { content: "c", mode: 0o600 } })));
  expect(await bench.tree(containerId, "/app")).toEqual((await bench.freshTrees(base, ["/app"]))[0]);
  await expect(push.performLivepush(...(await edit(base, { "src/b": undefined })))).rejects.toMatchObject({
    code: "LIVEPUSH_REBUILD_NEEDED",
    message: expect.stringContaining("no shell to delete /app/src/b with"),
  });
});

test("the shell is opened again after it was lost", async () => {
  const text = `${from}COPY src /src\n`;
  const context = await bench.folder({ Dockerfile: text, "src/a": "0" });
  const { push, containerId } = await bench.start(context, { text });
  await push.performLivepush(...(await edit(context, { "src/a": "before" })));
  expect(await bench.say(containerId, "cat", "/src/a")).toBe("before");
  await bench.engine.docker.getContainer(containerId).restart({ t: 0 });
  await push.performLivepush(...(await edit(context, { "src/a": "after" })));
  expect(await bench.say(containerId, "cat", "/src/a")).toBe("after");
});

test("a container of a live Dockerfile does not restart for what comes after the live command", async () => {
  const text = `${from}WORKDIR /app\nCOPY early .\n#dev-run=echo dev > dev\n#dev-cmd-live=sleep 3600\nCOPY late .\nRUN exit 1\nCMD ["false"]\nFROM nothing\n`;
  const live = liveDockerfile(text);
  const context = await bench.folder({ Dockerfile: live.text, early: "1", late: "1" });
  const { push, containerId } = await bench.start(context, {
    text,
    skipContainerRestart: false,
    stopTimeout: 0,
    run: { Cmd: undefined },
  });
  const seen = record(push);
  await push.performLivepush(...(await edit(context, { late: "2" })));
  expect(seen).toEqual(["start", "files 0 +/app/late -", "end pushed"]);
  await push.performLivepush(...(await edit(context, { early: "2" })));
  expect(seen.slice(3)).toContain("containerRestart");
  expect(await bench.say(containerId, "cat", "early", "late", "dev")).toBe("22dev");
});

test("nothing is pushed below a mount", async () => {
  const text = `${from}COPY src /src\n`;
  const context = await bench.folder({ Dockerfile: text, "src/a": "a", "src/b": "b" });
  const { push } = await bench.start(context, { text, run: { HostConfig: { Binds: [`${context}/src:/src`] } } });
  const result = await push.performLivepush(...(await edit(context, { "src/a": "A", "src/b": undefined })));
  expect(result).toMatchObject({
    outcome: "unchanged",
    plan: { warnings: [expect.stringContaining("/src of the container is a mount")] },
  });
});

test("a small file arrives as it is, whatever its bytes, its name, its mode and its owner", async () => {
  const text = `${from}COPY --chown=7:8 src /app\n`;
  const context = await bench.folder({ Dockerfile: text, "src/a": "a" });
  const { push, containerId } = await bench.start(context, { text, skipContainerRestart: true });
  const bytes = Buffer.from(Array.from({ length: 512 }, (_, i) => i % 256));
  const name = "it's 100% $new\\`";
  await writeFile(path.join(context, "src", name), bytes, { mode: 0o750 });
  await chmod(path.join(context, "src", name), 0o4750);
  await utimes(path.join(context, "src", name), 1_700_000_000, 1_700_000_000);
  await push.performLivepush([`src/${name}`]);
  const place = `/app/${name}`;
  expect(await bench.say(containerId, "stat", "-c", "%a %u:%g %Y", place)).toBe("4750 7:8 1700000000");
  const digest = createHash("sha256").update(bytes).digest("hex");
  expect((await bench.say(containerId, "sha256sum", place)).split(/[ \\]+/)).toContain(digest);
  expect(await bench.say(containerId, "sh", "-c", "ls -A / | grep slipway || echo none")).toBe("none");
});
