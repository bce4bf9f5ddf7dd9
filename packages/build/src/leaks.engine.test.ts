import { randomBytes, randomInt } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execute, pullImage } from "@slipway/transport";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomOf } from "../test/random-context.ts";
import { TestRegistry } from "../test/registry.ts";
import { tarOf, TestRun } from "../test/test-run.ts";
import { build, buildDirectory } from "./build.ts";
import { Builder } from "./builder.ts";

const operations = Number(process.env["SLIPWAY_LEAK_OPERATIONS"] ?? 80);
const atOnce = 6;
/** Is on the command line of every process that a step or an exec starts. */
const marker = `leak-${randomBytes(6).toString("hex")}`;
const temporary = process.env["TMPDIR"];

let tests: TestRun;
let registry: TestRegistry;
let folder: string;
let container: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-leaks-"));
  tests = await TestRun.open("leaks");
  registry = await TestRegistry.start();
  await writeFile(path.join(folder, "Dockerfile"), `${tests.head()}COPY . /\nRUN sh -c 'md5sum /f*' ${marker}\n`);
  for (let i = 0; i < 40; i += 1) await writeFile(path.join(folder, `f${i}`), randomBytes(20_000));
  const { imageId } = await build(tests.engine, tarOf({ Dockerfile: tests.head(), a: "" }), { builder: "classic" })
    .result;
  await registry.push(tests.engine, imageId, "leaks");
  const made = await tests.engine.docker.createContainer({
    Image: "slipway-base/busybox:1",
    Cmd: ["sleep", "100000"],
    Labels: { "dev.slipway.test": tests.id },
    HostConfig: { Init: true },
  });
  await made.start();
  container = made.id;
  // What is made from here on in the way of temporary files is made in here.
  process.env["TMPDIR"] = path.join(folder, "tmp");
  await mkdir(path.join(folder, "tmp"));
});
afterAll(async () => {
  if (temporary === undefined) delete process.env["TMPDIR"];
  else process.env["TMPDIR"] = temporary;
  await tests.engine.docker.getContainer(container).remove({ force: true });
  await registry.stop();
  await tests.close();
  await rm(folder, { recursive: true });
});

/** Everything that a build pipeline does, each until it ends or is cancelled. */
const kinds: Record<string, (signal: AbortSignal, random: (below: number) => number) => Promise<unknown>> = {
  tar: (signal, random) => {
    const builder = random(2) === 0 ? "classic" : "buildkit";
    const dockerfile = `${tests.head()}COPY a /\nRUN sh -c 'cat /a; sleep 0.1' ${marker}\nRUN true\n`;
    return build(tests.engine, tarOf({ Dockerfile: dockerfile, a: "x".repeat(random(500_000)) }), { builder, signal })
      .result;
  },
  secret: (signal) => {
    const dockerfile = `${tests.head()}RUN --mount=type=secret,id=s sh -c 'sleep 0.1; wc -c /run/secrets/s' ${marker}\n`;
    return build(tests.engine, tarOf({ Dockerfile: dockerfile }), { signal, secrets: { s: { value: "hush!" } } })
      .result;
  },
  folder: (signal, random) =>
    buildDirectory(tests.engine, folder, {
      signal,
      noCache: random(2) === 0,
      builder: random(3) === 0 ? "classic" : "buildkit",
    }).result,
  failing: (signal) =>
    build(tests.engine, tarOf({ Dockerfile: `${tests.head()}RUN sh -c 'exit 3' ${marker}\n` }), { signal }).result,
  hooks: (signal, random) =>
    new Promise((resolve, reject) => {
      const version = random(2) === 0 ? "1" : "2";
      const hooks = { buildSuccess: resolve, buildFailure: reject };
      Builder.fromDockerode(tests.engine.docker).buildDir(folder, { version, abortSignal: signal }, hooks);
    }),
  exec: (signal, random) =>
    execute(tests.engine, container, { cmd: ["sh", "-c", `sleep 0.${random(4)}`, marker], signal }),
  pull: async (signal) => {
    const auth = { ...registry.credentials, serveraddress: registry.host };
    await pullImage(tests.engine, `${registry.host}/leaks:1`, { auth, signal });
  },
};

/** The processes of this machine that bear the marker. */
async function marked(): Promise<string[]> {
  const numbers = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(numbers.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")));
  return lines.filter((line) => line.includes(marker));
}

async function held(): Promise<{ files: number; resources: string[] }> {
  // Idle connections are kept for the next call, as many as there were calls at once: no leak either.
  tests.engine.close();
  await new Promise((resolve) => void setImmediate(resolve));
  const files = await readdir("/proc/self/fd");
  const resources = process
    .getActiveResourcesInfo()
    .filter((name) => !/Timeout|Immediate|FSReqPromise|TickObject/.test(name));
  return { files: files.length, resources: resources.toSorted() };
}

type Held = Awaited<ReturnType<typeof held>>;

/** What is there more than before. Less is no leak: an idle connection of before may be closed by now. */
function leaked(before: Held, after: Held): string[] {
  const open = [...before.resources];
  const more = after.resources.filter((name) => {
    const at = open.indexOf(name);
    if (at >= 0) open.splice(at, 1);
    return at < 0;
  });
  const files = after.files - before.files;
  return files > 0 ? [...more, `${files} more open files`] : more;
}

test(`${operations} builds, execs and pulls, many of them cancelled at random, leave nothing behind`, async () => {
  const seed = randomInt(2 ** 31);
  console.info(`seed ${seed}`);
  const random = randomOf(seed);
  const names = Object.keys(kinds);
  // What is loaded once for all is no leak.
  for (const name of names) await kinds[name]?.(new AbortController().signal, random).catch(() => undefined);
  const before = await held();
  const reason = new Error("cancelled at random");
  const unexpected: unknown[] = [];
  let ended = 0;
  let cancelled = 0;
  let left = operations;
  const work = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const name = names[random(names.length)] ?? "";
      const abort = new AbortController();
      const timer = random(5) < 3 ? setTimeout(() => abort.abort(reason), random(500)) : undefined;
      try {
        await kinds[name]?.(abort.signal, random);
        ended += 1;
      } catch (error) {
        if (error === reason) cancelled += 1;
        else if (name === "failing" && (error as { exitCode?: number }).exitCode === 3) ended += 1;
        else unexpected.push([name, error]);
      } finally {
        clearTimeout(timer);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  expect(unexpected).toEqual([]);
  expect(ended + cancelled).toBe(operations);
  expect(Math.min(ended, cancelled)).toBeGreaterThan(operations / 20);
  expect(await tests.containers()).toEqual([container]);
  // The engine ends a cancelled step of BuildKit's in its own time.
  await expect.poll(marked, { timeout: 20_000 }).toEqual([]);
  await expect.poll(async () => leaked(before, await held()), { timeout: 20_000 }).toEqual([]);
  expect(await readdir(path.join(folder, "tmp"))).toEqual([]);
}, 1_800_000);
