import { randomBytes } from "node:crypto";
import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import { packDirectory } from "@slipway/context";
import { connect, type Engine, pushImage, removeImage, tagImage } from "@slipway/transport";
import { afterAll, beforeAll, expect, test } from "vitest";
import { OwnRegistry } from "../test/registry.ts";
import { Client } from "./client.ts";
import { availableBackends, newBackend } from "./new-backend.ts";
import { allOf } from "./wait/all-of.ts";
import { forCommand } from "./wait/for-command.ts";
import { forExit } from "./wait/for-exit.ts";
import { forHealth } from "./wait/for-health.ts";
import { forLog } from "./wait/for-log.ts";
import { within } from "./wait/within.ts";

const id = randomBytes(4).toString("hex");
const labels = { "dev.slipway.test": `containers-client-${id}` };
const base = "slipway-base/busybox:1";
let client: Client;
let engine: Engine;

beforeAll(async () => {
  [client, engine] = await Promise.all([Client.connect({ labels, reaper: false }), connect()]);
});

afterAll(async () => {
  for (const { names, id: imageId } of await client.backend.listImages(labels)) {
    for (const name of names.length > 0 ? names : [imageId]) await client.backend.removeImage(name);
  }
  await client.close();
  engine.close();
});

test("an engine that was named and doesn't answer is not passed over, and what was tried is told", async () => {
  expect(availableBackends()).toEqual(["docker", "containerd"]);
  const named = Client.connect({ environment: { DOCKER_HOST: "unix:///no/such.sock" } });
  await expect(named).rejects.toMatchObject({
    code: "CONTAINERS_BACKEND_NOT_AVAILABLE",
    message: expect.stringMatching(/docker[^]*\/no\/such\.sock/),
  });
  await expect(named).rejects.toMatchObject({ message: expect.not.stringContaining("containerd") });
  const containerd = newBackend({ type: "containerd", address: "/no/such/containerd.sock" });
  await expect(containerd).rejects.toMatchObject({
    code: "CONTAINERS_BACKEND_NOT_AVAILABLE",
    message: expect.stringContaining("/no/such/containerd.sock"),
  });
});

test("a folder, its archive, and the same with other times are one image by content; another file is another", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-containers-"));
  try {
    await writeFile(path.join(folder, "Dockerfile"), `FROM ${base}\nCOPY file /\nCMD ["cat", "/file"]\n`);
    await writeFile(path.join(folder, "file"), `one ${id}`);
    const name = `slipway-containers-${id}`;
    const steps: string[] = [];
    const onBuild = ({ step = "" }): void => void steps.push(step);
    const first = await client.image(name, { directory: folder, onBuild });
    expect(steps.join("\n")).toContain("COPY file /");
    expect(await (await (await first.instantiate()).run()).text()).toBe(`one ${id}`);
    steps.length = 0;
    await utimes(path.join(folder, "file"), 1, 1);
    expect((await client.image(name, { directory: folder, onBuild })).name).toBe(first.name);
    const archive = await buffer(packDirectory(folder));
    expect((await client.image(name, { build: archive, onBuild })).name).toBe(first.name);
    expect((await client.image(name, { build: packDirectory(folder), onBuild })).name).toBe(first.name);
    expect(steps).toEqual([]);
    expect((await client.image(name, { directory: folder, onBuild, forceRebuild: true })).name).toBe(first.name);
    expect(steps).not.toEqual([]);
    expect((await client.image(name, { directory: folder, buildArgs: { A: "1" } })).name).not.toBe(first.name);
    await writeFile(path.join(folder, "file"), `two ${id}`);
    const second = await client.image(name, { directory: folder });
    expect(second.name).not.toBe(first.name);
    const tagged = await client.image(`${name}:tagged`, { build: packDirectory(folder) });
    expect(tagged.name).toBe(`${name}:tagged`);
    expect(await (await (await tagged.instantiate()).run()).text()).toBe(`two ${id}`);

    // By age and name: what is recent stays; then one name's images go, and no foreign one.
    const filter = { labels, name };
    expect((await client.clean(3_600_000, filter)).images).toEqual([]);
    await using user = await second.instantiate({ command: ["sleep", "1000"] });
    const told = await client.clean(0, filter, { dryRun: true });
    expect(told.images).toContain(first.name);
    const { images, inUse } = await client.clean(0, filter);
    expect(images).toContain(first.name);
    expect([await first.exists(), await user.inspect().then(({ status }) => status)]).toEqual([false, "created"]);
    expect(inUse.length + images.length).toBe(told.images.length);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a Dockerfile that is wrong, a step that fails, options that contradict each other", async () => {
  const build = (dockerfile: string) => client.image(`slipway-containers-${id}`, { dockerfile });
  await expect(build(`FROM ${base}\nNONSENSE\n`)).rejects.toMatchObject({ code: "CONTAINERS_IMAGE_BUILD_DOCKERFILE" });
  await expect(build(`FROM ${base}\nRUN echo why ${id} && exit 7\n`)).rejects.toMatchObject({
    code: "CONTAINERS_IMAGE_BUILD",
    cause: { exitCode: 7 },
  });
  await expect(build("path/Dockerfile")).rejects.toMatchObject({ code: "CONTAINERS_IMAGE_OPTIONS" });
  const both = client.image("x", { build: Buffer.alloc(0), directory: "/" });
  await expect(both).rejects.toMatchObject({ code: "CONTAINERS_IMAGE_OPTIONS" });
});

test("pull: with credentials, by policy, and what the engine has where the registry fails", async () => {
  const registry = await OwnRegistry.start();
  const name = `${registry.domain}/app:${id}`;
  const auth = { username: registry.user, password: registry.password };
  try {
    await tagImage(engine, base, name);
    await pushImage(engine, name, { auth: { ...auth, serveraddress: registry.domain } });
    await removeImage(engine, name);
    await expect(client.image(name, { pull: "never" })).rejects.toMatchObject({ code: "CONTAINERS_IMAGE_MISSING" });
    const wrong = client.image(name, { auth: { ...auth, password: "wrong" } });
    await expect(wrong).rejects.toMatchObject({ code: "CONTAINERS_IMAGE_PULL" });
    const statuses: string[] = [];
    const image = await client.image(name, { auth, onPull: ({ status }) => void statuses.push(status) });
    expect([await image.exists(), statuses.length > 0]).toEqual([true, true]);
    // Without its credentials the registry refuses, and the engine has the image.
    expect(await (await client.image(name)).exists()).toBe(true);
    expect(await (await client.image(name, { pull: "missing" })).exists()).toBe(true);
    await expect(image.pull({ signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
  } finally {
    await removeImage(engine, name);
    await registry.stop();
  }
});

test("several things are waited for, each with its own limit", async () => {
  const image = await client.image(base, { pull: "never" });
  await using container = await image.instantiate({
    command: ["sh", "-c", "for i in 1 2 3; do echo step $i; sleep 0.1; done; touch /done; sleep 1000"],
    waitFor: allOf(forLog(/^step \d/, { times: 3 }), forCommand(["test", "-e", "/done"])),
  });
  await container.start();
  await expect(container.ready(within(200, forLog("never")))).rejects.toMatchObject({
    code: "CONTAINERS_CONTAINER_NOT_READY",
    message: expect.stringMatching(/within 0\.2 s[^]*step 3/),
  });
  await expect(container.ready(forHealth())).rejects.toMatchObject({
    message: expect.stringContaining("neither it nor its image has a health check"),
  });
  const enough = container.ready(forExit(), { signal: AbortSignal.timeout(100) });
  await expect(enough).rejects.toMatchObject({ name: "TimeoutError" });
  const custom = { waitsFor: "nothing", wait: () => Promise.reject(new Error("no reason")) };
  await expect(container.ready(custom)).rejects.toMatchObject({ message: expect.stringContaining("no reason") });
});
