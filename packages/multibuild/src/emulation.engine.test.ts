import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { BuildError } from "@slipway/build";
import { type EntryToPack, packEntries } from "@slipway/context";
import { isSlipwayError } from "@slipway/errors";
import { connect, type Engine, openBuildStream, readRecords } from "@slipway/transport";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildProject } from "./build-project.ts";
import { fixtureArchive } from "../test/fixture-archive.ts";
import { fixtureProject } from "../test/fixture-project.ts";
import { removeImages } from "../test/remove-images.ts";
import type { LocalImage } from "./local-image.ts";
import type { ProjectEvent } from "./service-event.ts";

const runId = `emulation-${randomBytes(4).toString("hex")}`;
const label = `LABEL dev.slipway.test=${runId}`;
/** How the emulator is called; the classic builder's COPY of it has its own step. */
const added = /[" ]-execve/;
let engine: Engine;
let emulator: string;
let busybox: Buffer;

beforeAll(async () => {
  engine = await connect();
  // As scripts/emulators.mjs makes it, which `npm test` runs.
  const cache = path.join(homedir(), ".cache/slipway-emulators");
  const [version = ""] = (await readdir(cache)).filter((name) => !name.includes("."));
  emulator = path.join(cache, version, "qemu-aarch64-execve");
  busybox = await readFile(path.join(cache, version, "busybox-arm64"));
  await base("strict", 'SHELL ["/bin/sh", "-ec"]');
  await base("triggering", "ONBUILD RUN echo triggered");
});

afterAll(async () => {
  await removeImages(engine, runId);
  engine.close();
});

/** An image of the other architecture, made without running anything in it. */
async function base(name: string, instruction: string): Promise<void> {
  const links = ["sh", "uname", "cat", "echo"];
  const dockerfile = `FROM scratch\n${label}\nCOPY bin /bin\n${instruction}\n`;
  const entries: EntryToPack[] = [
    { header: { name: "Dockerfile", type: "file" }, body: dockerfile },
    { header: { name: "bin/busybox", type: "file", mode: 0o755 }, body: busybox },
    ...links.map((link): EntryToPack => ({
      header: { name: `bin/${link}`, type: "symlink", linkname: "busybox" },
    })),
  ];
  const query = { version: "2", t: `${runId}:${name}`, platform: "linux/arm64" };
  for await (const record of readRecords(await openBuildStream(engine, { tar: packEntries(entries), query }))) {
    expect(record).not.toHaveProperty("error");
  }
}

async function build(
  dockerfile: string,
  builder: "classic" | "buildkit",
): Promise<{ image: LocalImage; events: ProjectEvent[]; text: string }> {
  const project = fixtureProject({ app: { build: { context: "/app" } } }, runId);
  const files = fixtureArchive({ Dockerfile: dockerfile });
  const run = buildProject(project, files, engine, {
    root: "/app",
    architecture: "aarch64",
    builder,
    emulation: { emulator },
  });
  const events: ProjectEvent[] = [];
  for await (const event of run) events.push(event);
  const [image] = await run.result;
  return { image: image as LocalImage, events, text: JSON.stringify(events) };
}

describe.each(["classic", "buildkit"] as const)("%s", (builder) => {
  test("programs of another architecture run, by the shell of the base image, and it is not to be seen", async () => {
    const lines = [
      `FROM ${runId}:strict`,
      label,
      `RUN echo "$-" ${runId} && uname -m`,
      'RUN ["/bin/busybox", "echo", "a  b"]',
    ];
    const { image, events, text } = await build(`${lines.join("\n")}\n`, builder);
    expect(image.error).toBeUndefined();
    expect((await image.getImage().inspect()).Architecture).toBe("arm64");
    const log = events.map(({ event }) => (event.type === "log" ? event.data : "")).join("");
    expect(log).toMatch(new RegExp(`e\\S* ${runId}\naarch64\n`));
    expect(text).toContain('RUN [\\"/bin/busybox\\"');
    expect(text).not.toMatch(added);
  });

  test("a failure is told as of a plain build, with its place in the Dockerfile as it was written", async () => {
    const command = `RUN echo 'it is' "here ${builder}"; exit 7`;
    const dockerfile = `FROM ${runId}:strict\n${label}\nRUN echo ${runId} \\\n\n  first\n# a comment\n${command}\n`;
    const { image, text } = await build(dockerfile, builder);
    const error = image.error as BuildError;
    expect(error).toBeInstanceOf(BuildError);
    expect(error).toMatchObject({ code: "BUILD_FAILED", exitCode: 7 });
    expect(error.output.at(-1)).toBe(`it is here ${builder}`);
    expect(error.step).toContain(command);
    expect(error.message).toContain(`${command} ended with exit code 7`);
    expect(error.range?.start.line).toBe(7);
    expect(`${text}${error.message}${error.stack ?? ""}`).not.toMatch(added);
  });

  test("what a base image would run without the emulator is refused, with its place", async () => {
    const { image } = await build(`# first\nFROM ${runId}:triggering\n${label}\nRUN true\n`, builder);
    expect(isSlipwayError(image.error, "EMULATE_NOT_TRANSPOSABLE")).toBe(true);
    expect(image.error).toMatchObject({ range: { start: { line: 2 } }, message: expect.stringContaining("triggered") });
  });
});
