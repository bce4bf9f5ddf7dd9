import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Readable, Readable as ReadableStream } from "node:stream";
import { type EntryToPack, packEntries, readEntries } from "@slipway/context";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TransposeOptions } from "./transpose-options.ts";
import { transposeTarStream } from "./transpose-tar-stream.ts";

const content = randomBytes(100_000);
const sha256 = createHash("sha256").update(content).digest("hex");
let folder: string;
let options: TransposeOptions;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "emulate-"));
  await writeFile(path.join(folder, "qemu"), content, { mode: 0o600 });
  options = { hostQemu: path.join(folder, "qemu"), containerQemu: "/usr/bin/qemu" };
});
afterAll(() => rm(folder, { recursive: true }));

function file(name: string, body: string | Buffer, mode = 0o644): EntryToPack {
  return { header: { name, type: "file", mode }, body };
}

interface Found {
  readonly mode: number;
  readonly type: string;
  readonly text: string;
  readonly sha256: string;
  readonly size: number;
}

function sumOf(body: Buffer): { sha256: string; size: number } {
  return { sha256: createHash("sha256").update(body).digest("hex"), size: body.length };
}

async function read(tar: Readable): Promise<Map<string, Found>> {
  const found = new Map<string, Found>();
  for await (const { header, body: stream } of readEntries(tar)) {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    found.set(header.name, {
      mode: header.mode ?? 0,
      type: header.type,
      text: body.toString("latin1"),
      ...sumOf(body),
    });
  }
  return found;
}

const inContext = (): string => `${folder}/qemu`.slice(1);

test("the Dockerfile is transposed, the emulator put in with its mode, all else as it was", async () => {
  const bytes = randomBytes(2000);
  const context = packEntries([
    { header: { name: "a", type: "directory", mode: 0o711 } },
    file("a/b", bytes, 0o4755),
    { header: { name: "a/c", type: "symlink", linkname: "../x" } },
    file("Dockerfile", "FROM a\nRUN b\n"),
    file("a/Dockerfile", "FROM a\nRUN b\n"),
  ]);
  const found = await read(await transposeTarStream(context, { ...options, sha256 }));
  expect(found.get("Dockerfile")?.text).toBe(
    `FROM a\nCOPY ${inContext()} /usr/bin/qemu\nRUN ["/usr/bin/qemu","-execve","/bin/sh","-c","b"]\n`,
  );
  expect(found.get(inContext())).toMatchObject({ mode: 0o755, type: "file", sha256, size: content.length });
  expect(found.get("a/b")).toMatchObject({ mode: 0o4755, type: "file", ...sumOf(bytes) });
  expect(found.get("a")?.mode).toBe(0o711);
  expect(found.get("a/c")?.type).toBe("symlink");
  expect(found.get("a/Dockerfile")?.text).toBe("FROM a\nRUN b\n");
  expect(found.size).toBe(6);
});

test("another name, and another mode", async () => {
  const context = packEntries([file("docker/Other", "FROM a\nRUN b\n")]);
  const found = await read(await transposeTarStream(context, { ...options, qemuFileMode: 0o555 }, "./docker/Other"));
  expect(found.get("docker/Other")?.text).toContain("-execve");
  expect(found.get(inContext())?.mode).toBe(0o555);
});

test("an ignore file lets the emulator through, and stays as it is otherwise", async () => {
  const context = packEntries([
    file("Dockerfile", "FROM a\n"),
    file(".dockerignore", "*\n!src"),
    file("Dockerfile.dockerignore", "node_modules\n"),
    file("src/.dockerignore", "*"),
  ]);
  const found = await read(await transposeTarStream(context, options));
  expect(found.get(".dockerignore")?.text).toBe(`*\n!src\n!${inContext()}\n`);
  expect(found.get("Dockerfile.dockerignore")?.text).toBe("node_modules\n");
  expect(found.get("src/.dockerignore")?.text).toBe("*");
});

test("an emulator that the context has is taken, where this machine has none", async () => {
  const given = { hostQemuPath: "q/qemu", containerQemuPath: "/q" };
  const context = () => packEntries([file("q/qemu", content), file("Dockerfile", "FROM a\nRUN b\n")]);
  const found = await read(await transposeTarStream(context(), { ...given, sha256 }));
  expect(found.get("q/qemu")).toMatchObject({ mode: 0o755, type: "file", sha256, size: content.length });
  const wrong = await transposeTarStream(context(), { ...given, sha256: "0".repeat(64) });
  await expect(read(wrong)).rejects.toMatchObject({ code: "EMULATE_NO_EMULATOR" });
  const none = await transposeTarStream(packEntries([file("Dockerfile", "FROM a\n")]), given);
  await expect(read(none)).rejects.toMatchObject({ code: "EMULATE_NO_EMULATOR" });
});

test("with an image that has the emulator, the context gets none", async () => {
  const context = packEntries([file("Dockerfile", "FROM a\nRUN b\n"), file(".dockerignore", "*")]);
  const found = await read(await transposeTarStream(context, { ...options, hostQemu: "/qemu", emulatorImage: "e" }));
  expect([...found.keys()]).toEqual(["Dockerfile", ".dockerignore"]);
  expect(found.get(".dockerignore")?.text).toBe("*");
});

test("an emulator that is another one is refused at once", async () => {
  const context = packEntries([file("Dockerfile", "FROM a\n")]);
  await expect(transposeTarStream(context, { ...options, sha256: "0".repeat(64) })).rejects.toThrow(sha256);
  expect(context.destroyed).toBe(true);
});

test("a context without the Dockerfile, or with a link for it, is an error", async () => {
  const none = await transposeTarStream(packEntries([file("dockerfile", "")]), options);
  await expect(read(none)).rejects.toMatchObject({ code: "EMULATE_NO_DOCKERFILE" });
  const link: EntryToPack = { header: { name: "Dockerfile", type: "symlink", linkname: "x" } };
  const linked = await transposeTarStream(packEntries([link]), options);
  await expect(read(linked)).rejects.toMatchObject({ code: "EMULATE_BAD_DOCKERFILE" });
});

test("a Dockerfile that is not UTF-8 stays so; a RUN in it must be", async () => {
  const latin = Buffer.from("# caf\u00e9 \u00a0\u0085x\nFROM a\nRUN b\n", "latin1");
  const found = await read(await transposeTarStream(packEntries([file("Dockerfile", latin)]), options));
  expect(found.get("Dockerfile")?.text.slice(0, 12)).toBe(latin.toString("latin1").slice(0, 12));
  const run = Buffer.from("FROM a\nRUN caf\u00e9\n", "latin1");
  const bad = await transposeTarStream(packEntries([file("Dockerfile", run)]), options);
  await expect(read(bad)).rejects.toThrow("Dockerfile:2:1: this RUN has bytes that are no UTF-8");
});

test("errors come through, and an end of the reading ends the source", async () => {
  const broken = new ReadableStream({ read() {} });
  const failing = await transposeTarStream(broken, options);
  broken.destroy(new Error("lost"));
  await expect(read(failing)).rejects.toThrow("lost");
  const source = new ReadableStream({ read() {} });
  const left = await transposeTarStream(source, options);
  const closed = new Promise((resolve) => source.once("close", resolve));
  left.once("data", () => left.destroy());
  await closed;
  const controller = new AbortController();
  const waiting = await transposeTarStream(new ReadableStream({ read() {} }), {
    ...options,
    signal: controller.signal,
  });
  const reason = new Error("enough");
  controller.abort(reason);
  await expect(read(waiting)).rejects.toBe(reason);
});

test("goes at the reader's pace", async () => {
  let given = 0;
  async function* entries(): AsyncGenerator<EntryToPack> {
    yield file("Dockerfile", "FROM a\n");
    for (given = 0; given < 1000; given++) yield file(`f${given}`, Buffer.alloc(100_000));
  }
  const stream = await transposeTarStream(packEntries(entries()), options);
  const iterator = stream[Symbol.asyncIterator]();
  for (let seen = 0; seen < 1_000_000;) seen += ((await iterator.next()).value as Buffer).length;
  await new Promise((resolve) => setImmediate(resolve));
  expect(given).toBeLessThan(30);
  stream.destroy();
});
