import { once } from "node:events";
import { createHash, randomBytes } from "node:crypto";
import { PassThrough } from "node:stream";

import { afterAll, beforeAll, expect, test } from "vitest";
import { connect } from "./connect.ts";
import type { Engine } from "./engine.ts";
import { inspectImage } from "./images/inspect-image.ts";
import { loadImages } from "./images/load-images.ts";
import { pullImage } from "./images/pull-image.ts";
import { pushImage } from "./images/push-image.ts";
import { removeImage } from "./images/remove-image.ts";
import { saveImages } from "./images/save-images.ts";
import { tagImage } from "./images/tag-image.ts";
import type { PullProgress } from "./images/transfer-progress.ts";
import { type Registry, startRegistry } from "../test/registry.ts";
import { tarFile } from "../test/tar-file.ts";

let engine: Engine;
let registry: Registry;
let big: string;
const label = `transport-registry-${process.pid}`;
const made = new Set<string>();

beforeAll(async () => {
  engine = await connect();
  registry = await startRegistry();
  big = `${registry.domain}/${label}/big:1`;
  await importImage(big, 24 * 1024 * 1024);
});

afterAll(async () => {
  for (const name of made) await removeImage(engine, name, { force: true });
  engine.close();
  await registry.remove();
});

const auth = (password = registry.password): { username: string; password: string; serveraddress: string } => ({
  username: registry.user,
  password,
  serveraddress: registry.domain,
});

/** An image of one file that doesn't compress. */
async function importImage(name: string, bytes: number): Promise<void> {
  const body = new PassThrough();
  body.end(tarFile("data", randomBytes(bytes)));
  const [repo, tag] = [name.slice(0, name.lastIndexOf(":")), name.slice(name.lastIndexOf(":") + 1)];
  const answer = await engine.docker.importImage(body, { repo, tag, changes: `LABEL dev.slipway.test=${label}` });
  answer.resume();
  await once(answer, "end");
  made.add(name);
}

test("push and pull with progress by layer and altogether; the digest is the same both ways", async () => {
  const progress: PullProgress[] = [];
  const pushed = await pushImage(engine, big, { auth: auth(), onProgress: (one) => progress.push(one) });
  expect(pushed.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  const percents = progress.flatMap(({ overall }) => (overall ? [overall.percent] : []));
  expect(percents.at(-1)).toBe(100);
  expect(percents.every((percent, index) => index === 0 || percent >= (percents[index - 1] as number))).toBe(true);
  expect(Math.max(...progress.map(({ overall }) => overall?.current ?? 0))).toBeGreaterThan(20 * 1024 * 1024);
  expect(progress.some(({ overall }) => (overall?.bytesPerSecond ?? 0) > 0)).toBe(true);
  const before = await inspectImage(engine, big);
  await removeImage(engine, big, { force: true });
  expect(await inspectImage(engine, big)).toBeUndefined();
  const pulled = await pullImage(engine, big, { auth: auth() });
  expect(pulled).toEqual(pushed);
  expect((await inspectImage(engine, big))?.Id).toBe(before?.Id);
});

test("a wrong password, none at all, and a name that isn't there: an error at once, and nothing secret in it", async () => {
  const started = performance.now();
  for (const credentials of [auth("wrong-password"), undefined]) {
    const failed = pushImage(engine, big, credentials ? { auth: credentials } : {});
    await expect(failed).rejects.toMatchObject({
      code: "TRANSPORT_PUSH_FAILED",
      message: expect.not.stringContaining("wrong-password"),
      hint: expect.stringContaining("docker login"),
    });
  }
  await expect(pullImage(engine, big, { auth: auth("wrong-password") })).rejects.toMatchObject({
    code: "TRANSPORT_PULL_FAILED",
    hint: expect.stringContaining("docker login"),
  });
  const missing = `${registry.domain}/${label}/none:1`;
  await expect(pullImage(engine, missing, { auth: auth() })).rejects.toMatchObject({
    code: "TRANSPORT_PULL_FAILED",
    hint: expect.stringContaining("check the name"),
  });
  await expect(pushImage(engine, missing, { auth: auth() })).rejects.toMatchObject({ code: "TRANSPORT_PUSH_FAILED" });
  // A retry would have waited a second.
  expect(performance.now() - started).toBeLessThan(5_000);
});

test("a registry that stops in the middle of a push and comes back: the push succeeds", async () => {
  const name = `${registry.domain}/${label}/interrupted:1`;
  await importImage(name, 40 * 1024 * 1024);
  let stopped: Promise<void> | undefined;
  const { digest } = await pushImage(engine, name, {
    auth: auth(),
    onProgress: ({ status, current = 0 }) => {
      if (status !== "Pushing" || current === 0 || stopped) return;
      stopped = registry.stop().then(() => registry.start());
    },
  });
  expect(stopped).toBeDefined();
  await stopped;
  expect(digest).toMatch(/^sha256:/);
  await removeImage(engine, name, { force: true });
  expect(await pullImage(engine, name, { auth: auth() })).toEqual({ digest });
});

test("a registry that is away: tried again with back-off, said so, then an error", async () => {
  await registry.stop();
  const said: string[] = [];
  try {
    const pulled = pullImage(engine, big, { auth: auth(), retries: 1, onProgress: ({ status }) => said.push(status) });
    await expect(pulled).rejects.toMatchObject({
      code: "TRANSPORT_PULL_FAILED",
      message: expect.stringContaining("tried 2 times"),
      hint: "the engine cannot reach the registry",
    });
    expect(said).toEqual([expect.stringMatching(/^Trying again in 1 s: /)]);
  } finally {
    await registry.start();
  }
});

test("an abort ends a push", async () => {
  const name = `${registry.domain}/${label}/aborted:1`;
  await importImage(name, 16 * 1024 * 1024);
  const controller = new AbortController();
  const pushed = pushImage(engine, name, {
    auth: auth(),
    signal: controller.signal,
    onProgress: ({ status }) => status === "Pushing" && controller.abort(),
  });
  await expect(pushed).rejects.toMatchObject({ name: "AbortError" });
});

test("save, load, tag, remove", async () => {
  const name = `${label}:other`;
  await tagImage(engine, big, name);
  made.add(name);
  const image = await inspectImage(engine, name);
  const tar = await saveImages(engine, [name]);
  const copy = new PassThrough({ highWaterMark: 64 * 1024 * 1024 });
  tar.pipe(copy);
  await once(tar, "end");
  for (const one of [name, big]) await removeImage(engine, one, { force: true });
  expect(await loadImages(engine, copy)).toEqual([name]);
  expect((await inspectImage(engine, name))?.Id).toBe(image?.Id);
  expect(await removeImage(engine, `${label}:none`)).toBe(false);
  await expect(saveImages(engine, [`${label}:none`])).rejects.toMatchObject({ code: "TRANSPORT_NOT_FOUND" });
  await expect(tagImage(engine, `${label}:none`, `${label}:x`)).rejects.toMatchObject({ code: "TRANSPORT_NOT_FOUND" });
  const broken = new PassThrough();
  const loading = loadImages(engine, broken);
  broken.write(createHash("sha256").digest());
  broken.destroy();
  await expect(loading).rejects.toMatchObject({ code: "TRANSPORT_SOURCE_ENDED" });
});
