import { writeFile } from "node:fs/promises";
import path from "node:path";
import { connect } from "@slipway/transport";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startOwnEngine } from "../test/own-engine.ts";
import { startRelay } from "../test/relay.ts";
import { startSshServer } from "@slipway/testing";
import { Workbench, writeFiles } from "../test/workbench.ts";

const image = "slipway-base/busybox:1";
const from = `FROM ${image}\n`;

let bench: Workbench;
beforeAll(async () => {
  bench = await Workbench.open();
});
afterEach(() => bench.clear());
afterAll(() => bench.close());

test("an engine that is restarted in the middle of a command, and of a transfer, loses nothing", async () => {
  const own = await startOwnEngine(bench.engine, image);
  const there = await Workbench.open(own.host);
  try {
    const text = `FROM ${image} AS made\nCOPY in /in\nRUN if grep -q slow /in; then sleep 7412; fi; cp /in /out\n${from}COPY --from=made /out /app/out\nCOPY src /app/src\n`;
    const context = await there.folder({ Dockerfile: text, in: "1", "src/a": "a", "src/gone": "x" });
    const { push, containerId } = await there.start(context, { text, stages: ["made"] });
    const asFresh = async (): Promise<void> => {
      expect(await there.tree(containerId, "/app")).toEqual((await there.freshTrees(context, ["/app"]))[0]);
    };

    await writeFiles(context, { in: "slow", "src/a": "A", "src/gone": undefined });
    const executing = new Promise((resolve) => push.once("commandExecute", resolve));
    const first = push.performLivepush(["in", "src/a"], ["src/gone"]);
    first.catch(() => undefined);
    await executing;
    await own.kill();
    await expect(first).rejects.toMatchObject({ name: "TransportError" });
    await expect(push.performLivepush([])).rejects.toMatchObject({ name: "TransportError" });
    await own.start();
    await writeFiles(context, { in: "2" });
    expect(await push.performLivepush(["in"])).toMatchObject({ outcome: "pushed" });
    await asFresh();

    const big = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`src/big${i}`, `${i}`.repeat(500_000)]));
    await writeFiles(context, big);
    const second = push.performLivepush(Object.keys(big));
    second.catch(() => undefined);
    await new Promise((resolve) => push.once("start", resolve));
    await own.kill();
    await expect(second).rejects.toMatchObject({ name: "TransportError" });
    await own.start();
    await push.performLivepush([]);
    await asFresh();
  } finally {
    await there.close();
    await own.remove();
  }
});

test("a full file system is told, what was there stays, and once there is room the push is done", async () => {
  const text = `${from}COPY src /app\nRUN cat /app/* | wc -c > /count\n`;
  const context = await bench.folder({ Dockerfile: text, "src/a": "small", "src/b": "b" });
  const options = { type: "tmpfs", device: "tmpfs", o: "size=64k" };
  const { push, containerId } = await bench.start(context, {
    text,
    run: {
      HostConfig: {
        Mounts: [
          { Type: "volume", Target: "/app", VolumeOptions: { DriverConfig: { Name: "local", Options: options } } },
        ],
      },
    },
  });
  // A tmpfs begins empty, whatever the image has there.
  await writeFiles(context, { "src/b": "B" });
  await push.performLivepush(["src/b"]);
  // As part of a script, as a small archive through the shell, and as one for the engine.
  for (const size of [14_000, 200_000, 800_000]) {
    const files = Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`src/f${i}`, `${i}`.repeat(size)]));
    await writeFiles(context, { ...files, "src/a": "x".repeat(size) });
    await expect(push.performLivepush([...Object.keys(files), "src/a"])).rejects.toMatchObject({
      message: expect.stringMatching(/No space left|no space left/),
    });
    expect(push.livepushNeeded([])).toBe(true);
    await writeFiles(context, {
      ...Object.fromEntries(Object.keys(files).map((name) => [name, undefined])),
      "src/a": `fits, unlike ${size}`,
    });
    await push.performLivepush(["src/a"], Object.keys(files));
    const said = await bench.say(containerId, "sh", "-c", "cd /app; for f in $(ls -A); do echo $f; cat $f; echo; done");
    expect(said).toBe(`a\nfits, unlike ${size}\nb\nB`);
    expect(await bench.say(containerId, "cat", "/count")).toBe(String(`fits, unlike ${size}b`.length));
  }
});

test("files that change while they are read arrive whole in the end", async () => {
  const text = `${from}COPY src /app\n`;
  const context = await bench.folder({ Dockerfile: text, "src/a": "0", "src/big": "0" });
  const { push, containerId } = await bench.start(context, { text });
  const pushes: Promise<unknown>[] = [];
  for (let i = 1; i <= 60; i++) {
    // Longer and shorter, in place and without waiting for anyone.
    const size = i % 3 === 0 ? 2_000_000 : i % 2 === 0 ? 300_000 : 10;
    const writing = writeFile(path.join(context, "src/big"), String(i % 10).repeat(size));
    pushes.push(push.performLivepush(["src/big", "src/a"]));
    await Promise.all([writing, writeFile(path.join(context, "src/a"), String(i).repeat(i))]);
    pushes.push(push.performLivepush(["src/big", "src/a"]));
    if (i % 5 === 0) await Promise.all(pushes);
  }
  await Promise.all(pushes);
  expect(await bench.tree(containerId, "/app")).toEqual((await bench.freshTrees(context, ["/app"]))[0]);
});

test("stage images of the classic builder do as well", async () => {
  const text = `FROM ${image} AS one\nCOPY in /in\nRUN cp /in /out\nFROM one AS two\nRUN cat /out /out > /twice\n${from}COPY --from=two /twice /app/\n`;
  const context = await bench.folder({ Dockerfile: text, in: "1" });
  const classic = await Promise.all(["one", "two"].map((target) => bench.build(context, { target, classic: true })));
  const { push, containerId } = await bench.start(context, {
    text,
    image: await bench.build(context, { classic: true }),
    stageImages: classic,
  });
  await writeFiles(context, { in: "2" });
  await push.performLivepush(["in"]);
  expect(await bench.say(containerId, "cat", "/app/twice")).toBe("22");
});

test("over tcp, and over ssh, as over the machine's own socket", async () => {
  const relay = await startRelay("/var/run/docker.sock", "port");
  const sshd = await startSshServer();
  try {
    for (const where of [{ host: relay.host }, { host: sshd.host, environment: sshd.environment }]) {
      const engine = await connect(where);
      try {
        const text = `FROM ${image} AS one\nCOPY in /in\nRUN if grep -q slow /in; then sleep 7413; fi; cp /in /out\n${from}COPY --from=one /out /app/\nCOPY src /app/src\n`;
        const context = await bench.folder({ Dockerfile: text, in: "1", "src/a": "a" });
        const { push, containerId } = await bench.start(context, { text, stages: ["one"], docker: engine });
        const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`src/d/f${i}`, `${i}`.repeat(2_000)]));
        await writeFiles(context, { in: "slow", "src/a": undefined, ...many });
        const executing = new Promise((resolve) => push.once("commandExecute", resolve));
        const first = push.performLivepush(["in", ...Object.keys(many)], ["src/a"]);
        await executing;
        await writeFiles(context, { in: "2" });
        const second = push.performLivepush(["in"]);
        expect(await first).toMatchObject({ outcome: "cancelled" });
        expect(await second).toMatchObject({ outcome: "pushed" });
        expect(await bench.tree(containerId, "/app")).toEqual((await bench.freshTrees(context, ["/app"]))[0]);
        await push.cleanupIntermediateContainers();
      } finally {
        engine.close();
      }
    }
  } finally {
    await relay.close();
    await sshd.remove();
  }
});
