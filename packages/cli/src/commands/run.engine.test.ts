import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { connect, type Engine } from "@slipway/transport";
import { afterAll, beforeAll, expect, test } from "vitest";
import { main } from "../main.ts";

const image = "slipway-base/busybox:1";
const name = `slipway-cli-run-${randomBytes(4).toString("hex")}`;
let engine: Engine;

beforeAll(async () => {
  engine = await connect();
});

afterAll(async () => {
  await engine.docker
    .getContainer(name)
    .remove({ force: true })
    .catch(() => undefined);
  engine.close();
});

interface Result {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

async function run(args: readonly string[], onText?: (abort: () => void) => void): Promise<Result> {
  const controller = new AbortController();
  const parts = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  const output = (stream: "stdout" | "stderr") => ({
    write: (text: string | Uint8Array) => {
      parts[stream].push(Buffer.from(text as string));
      onText?.(() => controller.abort());
      return true;
    },
  });
  const code = await main(["run", ...args], {
    stdout: output("stdout"),
    stderr: output("stderr"),
    env: { ...process.env, FROM_HERE: "x=y" },
    cwd: process.cwd(),
    signal: controller.signal,
  });
  return { code, stdout: Buffer.concat(parts.stdout), stderr: Buffer.concat(parts.stderr).toString() };
}

async function isThere(): Promise<boolean> {
  return (await engine.docker.listContainers({ all: true, filters: { name: [name] } })).length > 0;
}

test("the outputs apart and byte for byte, and the command's exit code", async () => {
  const { code, stdout, stderr } = await run([image, "--", "sh", "-c", "printf '\\377\\000'; echo err >&2; exit 9"]);
  expect([code, [...stdout], stderr]).toEqual([9, [255, 0], "err\n"]);
  expect(await run([image, "--", "true"])).toMatchObject({ code: 0, stderr: "" });
});

test("variables, folders, user, working directory", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-cli-run-"));
  try {
    await chmod(folder, 0o755);
    await writeFile(path.join(folder, "file"), "from outside\n");
    const options = ["-e", "A=b=c", "-e", "FROM_HERE", "-e", "NOT_HERE", "-v", `${folder}:/in:ro`, "-w", "/in"];
    const script = "echo $A $FROM_HERE ${NOT_HERE-none}; cat file; id -u";
    const { code, stdout } = await run([
      ...options,
      "--user",
      "12",
      "--network",
      "none",
      image,
      "--",
      "sh",
      "-c",
      script,
    ]);
    expect([code, stdout.toString()]).toEqual([0, "b=c x=y none\nfrom outside\n12\n"]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("Ctrl-C ends it and removes the container", async () => {
  const { code } = await run(["--name", name, image, "--", "sh", "-c", "echo on; sleep 1000"], (abort) => abort());
  expect(code).toBe(130);
  expect(await isThere()).toBe(false);
});

test("it ends when its time is up", async () => {
  const { code, stderr } = await run(["--name", name, "--timeout", "0.5", image, "--", "sleep", "1000"]);
  expect([code, stderr]).toEqual([1, expect.stringContaining("within 0.5 s")]);
  expect(await isThere()).toBe(false);
});

test("--no-rm leaves the container", async () => {
  expect(await run(["--no-rm", "--name", name, image, "--", "echo", "hi"])).toMatchObject({ code: 0 });
  expect(await isThere()).toBe(true);
  // Else whoever next looks for what ended processes left would take it away.
  const { Config } = await engine.docker.getContainer(name).inspect();
  expect(Object.keys(Config.Labels).join(" ")).not.toMatch(/containers\.(?:owner|session)/);
  await engine.docker.getContainer(name).remove();
});

test("what is wrong is said", async () => {
  expect(await run(["-p", "x", "-v", "y", image])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/`y` is no volume[^]*`x` is no port/),
  });
  expect(await run(["--pull", "never", "no/such:image"])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("no/such:image"),
  });
});
