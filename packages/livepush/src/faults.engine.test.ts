import { connect, type Engine } from "@slipway/transport";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { noise } from "../test/noise.ts";
import { type Relay, startRelay } from "../test/relay.ts";
import { type Files, Workbench, writeFiles } from "../test/workbench.ts";
import { Livepush } from "./livepush.ts";

let bench: Workbench;
let relay: Relay;
let relayed: Engine;
beforeAll(async () => {
  bench = await Workbench.open();
  relay = await startRelay("/var/run/docker.sock");
  relayed = await connect({ host: relay.host });
});
afterEach(async () => {
  relay.set({ refuse: false, after: undefined });
  await bench.clear();
});
afterAll(async () => {
  relayed.close();
  await relay.close();
  await bench.close();
});

const from = "FROM slipway-base/busybox:1\n";

async function edit(context: string, files: Files): Promise<[changed: string[], deleted: string[]]> {
  await writeFiles(context, files);
  return [Object.keys(files), []];
}

test("a replaced container is brought to where the one before it was", async () => {
  const text = `FROM slipway-base/busybox:1 AS one\nCOPY in /in\nRUN cp /in /out\n${from}COPY --from=one /out /app/out\nCOPY src /app/src\n`;
  const context = await bench.folder({ Dockerfile: text, in: "1", "src/a": "1", "src/gone": "x" });
  const { push, containerId } = await bench.start(context, { text, stages: ["one"] });
  await push.performLivepush(
    ...(await edit(context, { in: "2", "src/a": "2", "src/gone": undefined, "src/new": "n" })),
  );
  await push.performLivepush(...(await edit(context, { "src/new": undefined, "src/b": "b" })));
  const { Image } = await bench.engine.docker.getContainer(containerId).inspect();
  const next = await bench.run(Image, { Cmd: ["sleep", "3600"], StopSignal: "KILL" });
  await bench.engine.docker.getContainer(containerId).remove({ force: true });
  await expect(push.performLivepush(...(await edit(context, { "src/a": "3" })))).rejects.toMatchObject({
    code: "LIVEPUSH_CONTAINER_NOT_RUNNING",
  });
  await push.replaceContainer(next);
  await push.performLivepush([]);
  expect(await bench.tree(next, "/app")).toEqual((await bench.freshTrees(context, ["/app"]))[0]);
  const other = await bench.run("slipway-base/busybox:1", { Cmd: ["sleep", "3600"] });
  await expect(push.replaceContainer(other)).rejects.toMatchObject({ code: "LIVEPUSH_OTHER_IMAGE" });
});

test("a connection that is lost in the middle of a transfer loses nothing", async () => {
  const text = `${from}COPY src /src\nRUN find /src -type f | wc -l > /count\n`;
  const context = await bench.folder({ Dockerfile: text, "src/a": "a", "src/gone": "x" });
  const { push, containerId } = await bench.start(context, { text, docker: relayed });
  // Too much for the shell: it goes as an archive, which is cut off.
  const big = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`src/big${i}`, noise(i, 60_000)]));
  relay.set({ after: 300_000 });
  const changes = await edit(context, { ...big, "src/gone": undefined });
  await expect(push.performLivepush(...changes)).rejects.toMatchObject({ name: "TransportError" });
  relay.set({ after: undefined });
  expect(push.livepushNeeded([], [])).toBe(true);
  expect(await push.performLivepush([])).toMatchObject({ outcome: "pushed" });
  expect(await bench.tree(containerId, "/src")).toEqual((await bench.freshTrees(context, ["/src"]))[0]);
  expect(await bench.say(containerId, "cat", "/count")).toBe("41");
});

test("a connection that is lost while a command runs ends the push, and the next runs it again", async () => {
  const text = `${from}COPY in /in\nRUN if grep -q slow /in; then sleep 7411; fi; cp /in /out\n`;
  const context = await bench.folder({ Dockerfile: text, in: "1" });
  const { push, containerId } = await bench.start(context, { text, docker: relayed });
  const executing = new Promise((resolve) => push.once("commandExecute", resolve));
  const first = push.performLivepush(...(await edit(context, { in: "slow" })));
  await executing;
  relay.set({ refuse: true });
  relay.cut();
  await expect(first).rejects.toMatchObject({ name: "TransportError" });
  await expect(push.performLivepush(...(await edit(context, { in: "2" })))).rejects.toMatchObject({
    name: "TransportError",
  });
  relay.set({ refuse: false });
  expect(await push.performLivepush([])).toMatchObject({ outcome: "pushed" });
  expect(await bench.say(containerId, "cat", "/out")).toBe("2");
});

test("what something else changed in the container is found by its hashes and brought back", async () => {
  const text = `${from}COPY src /src\nCOPY one /src/over\nRUN cat /src/a > /sum\n`;
  const context = await bench.folder({
    Dockerfile: text,
    "src/a": "a",
    "src/b": "b",
    "src/l": { link: "a" },
    "src/d/x": "x",
    "src/over": "hidden",
    one: "one",
  });
  const { push, containerId } = await bench.start(context, { text });
  push.verify();
  expect(await push.performLivepush([])).toMatchObject({ outcome: "unchanged" });
  await bench.say(
    containerId,
    "sh",
    "-c",
    "echo other > /src/a; rm /src/b; ln -sfn b /src/l; rm -r /src/d; echo f > /src/d; echo > /sum",
  );
  expect(push.livepushNeeded([])).toBe(false);
  push.verify();
  expect(await push.performLivepush([])).toMatchObject({ outcome: "pushed" });
  expect(await bench.tree(containerId, "/src")).toEqual((await bench.freshTrees(context, ["/src"]))[0]);
  expect(await bench.say(containerId, "cat", "/sum")).toBe("a");
});

test("a read-only file system is told, and the push is tried again", async () => {
  const text = `${from}COPY src /src\n`;
  const context = await bench.folder({ Dockerfile: text, "src/a": "a" });
  const { push } = await bench.start(context, { text, run: { HostConfig: { ReadonlyRootfs: true } } });
  await expect(push.performLivepush(...(await edit(context, { "src/a": "b" })))).rejects.toMatchObject({
    code: "LIVEPUSH_UPDATE_FAILED",
    message: expect.stringMatching(/Read-only file system/),
  });
  expect(push.livepushNeeded([])).toBe(true);
});

test("a user who may not write there is no obstacle, and a command runs as its own", async () => {
  const text = `${from}RUN mkdir -m 777 /out\nUSER 1000\nCOPY src /src\nRUN id -u > /out/id; cat /src/a >> /out/id\n`;
  const context = await bench.folder({ Dockerfile: text, "src/a": "a" });
  const { push, containerId } = await bench.start(context, { text, run: { User: "1000" } });
  await push.performLivepush(...(await edit(context, { "src/a": "b" })));
  expect(await bench.say(containerId, "cat", "/out/id", "/src/a")).toBe("1000\nbb");
});

test("a stage's container that ended is started again; one that was removed needs a rebuild", async () => {
  const text = `FROM slipway-base/busybox:1 AS one\nCOPY in /in\nRUN cp /in /out\n${from}COPY --from=one /out /out\n`;
  const context = await bench.folder({ Dockerfile: text, in: "1" });
  const { push, containerId } = await bench.start(context, { text, stages: ["one"] });
  await push.performLivepush(...(await edit(context, { in: "2" })));
  const filters = { label: [`dev.slipway.livepush=${containerId}`] };
  const [stage] = await bench.engine.docker.listContainers({ all: true, filters });
  await bench.engine.docker.getContainer(stage?.Id ?? "").kill();
  await push.performLivepush(...(await edit(context, { in: "3" })));
  expect(await bench.say(containerId, "cat", "/out")).toBe("3");
  await bench.engine.docker.getContainer(stage?.Id ?? "").remove({ force: true });
  await expect(push.performLivepush(...(await edit(context, { in: "4" })))).rejects.toMatchObject({
    code: "LIVEPUSH_REBUILD_NEEDED",
  });
});

test("a process that ends at once is told, and the next push helps it", async () => {
  const text = `${from}COPY run.sh /run.sh\nCMD ["sh", "/run.sh"]\n`;
  const context = await bench.folder({ Dockerfile: text, "run.sh": "exec sleep 3600" });
  const { push, containerId } = await bench.start(context, {
    text,
    skipContainerRestart: false,
    stopTimeout: 0,
    run: { Cmd: undefined },
  });
  await push.performLivepush(...(await edit(context, { "run.sh": "exit 1" })));
  await bench.engine.docker.getContainer(containerId).wait();
  await push.performLivepush(...(await edit(context, { "run.sh": "exec sleep 3600 # again" })));
  expect(await bench.say(containerId, "cat", "/run.sh")).toContain("again");
});

test("a signal instead of a restart", async () => {
  const text = `${from}COPY conf /conf\nCMD ["sh", "-c", "trap 'cp /conf /seen' HUP; while :; do sleep 0.05; done"]\n`;
  const context = await bench.folder({ Dockerfile: text, conf: "1" });
  const { push, containerId } = await bench.start(context, {
    text,
    skipContainerRestart: false,
    restartSignal: "HUP",
    run: { Cmd: undefined },
  });
  const before = (await bench.engine.docker.getContainer(containerId).inspect()).State.StartedAt;
  const signals: string[] = [];
  push.on("containerSignal", ({ signal }) => signals.push(signal));
  await push.performLivepush(...(await edit(context, { conf: "2" })));
  expect(await bench.say(containerId, "sh", "-c", "until [ -f /seen ]; do sleep 0.02; done; cat /seen")).toBe("2");
  expect(signals).toEqual(["HUP"]);
  expect((await bench.engine.docker.getContainer(containerId).inspect()).State.StartedAt).toBe(before);
});

test("the positional form of init still works", async () => {
  const text = `${from}COPY a /a\n`;
  const context = await bench.folder({ Dockerfile: text, a: "1" });
  const containerId = await bench.run(await bench.build(context), { Cmd: ["sleep", "3600"], StopSignal: "KILL" });
  // oxlint-disable-next-line typescript/no-deprecated
  const push = bench.track(await Livepush.init(text, context, containerId, [], bench.engine.docker));
  await push.performLivepush(...(await edit(context, { a: "2" })));
  expect(await bench.say(containerId, "cat", "/a")).toBe("2");
});
