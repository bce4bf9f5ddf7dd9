import { execFile, execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { packEntries, readEntries } from "@slipway/context";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type BuildInput, type InputOptions, openInput } from "./open-input.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-input-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function files(contents: Readonly<Record<string, string | Buffer>>): Promise<void> {
  for (const [name, text] of Object.entries(contents)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
}

/** A tar archive that GNU tar made of what is in a folder. */
async function tarOf(name: string): Promise<Buffer> {
  return execFileSync("tar", ["-C", path.join(folder, name), "-c", "."]);
}

async function opened(
  given: string | undefined,
  options: InputOptions = {},
  stdin?: Readable & { isTTY?: boolean },
): Promise<BuildInput> {
  const out = { write: () => true };
  const signal = new AbortController().signal;
  return openInput(given, options, { stdout: out, stderr: out, stdin, env: { MODE: "x" }, cwd: folder, signal });
}

/** Opens, looks and closes. */
async function looked<T>(input: Promise<BuildInput>, look: (input: BuildInput) => Promise<T> | T): Promise<T> {
  const open = await input;
  try {
    return await look(open);
  } finally {
    await open.close();
  }
}

const summary = ({ project }: BuildInput): object => ({
  name: project.name,
  services: Object.fromEntries(
    Object.entries(project.services).map(([name, { build, image }]) => [name, build ? build.context : image]),
  ),
});

const compose = "services:\n  web:\n    build: ./web\n    labels: {mode: $MODE}\n    env_file: deep/web.env\n";
const app = {
  "app/compose.yaml": `include: [deep/more.yaml]\n${compose}`,
  "app/deep/more.yaml": "services:\n  db: {image: busybox}\n",
  "app/deep/web.env": "FROM_FILE=1\n",
  "app/web/Dockerfile": "FROM busybox\n",
};

test("a folder, by name or the current one", async () => {
  await files(app);
  expect(await looked(opened("app"), summary)).toEqual({
    name: "app",
    services: { web: path.join(folder, "app/web"), db: "busybox" },
  });
  expect(await looked(opened(undefined, { file: ["app/compose.yaml"] }), summary)).toMatchObject({ name: "app" });
});

test.each([
  ["app.tar", (tar: Buffer) => tar],
  ["app.tar.gz", (tar: Buffer) => gzipSync(tar)],
  ["app.tgz", (tar: Buffer) => gzipSync(tar)],
  ["app", (tar: Buffer) => gzipSync(tar)],
])("an archive %s is the project that its folder is, with all that it refers to", async (name, pack) => {
  await files(app);
  const tar = await tarOf("app");
  await rm(path.join(folder, "app"), { recursive: true });
  await files({ [name]: pack(tar) });
  await looked(opened(name), async (input) => {
    expect(summary(input)).toEqual({ name: "app", services: { web: path.join(folder, "app/web"), db: "busybox" } });
    const { web } = input.project.services;
    expect(web?.labels).toEqual({ mode: "x" });
    expect(web?.environment).toMatchObject({ FROM_FILE: "1" });
    expect(input.root).toBe(path.join(folder, "app"));
    expect(await namesOf(input)).toContain("web/Dockerfile");
  });
});

test("an archive on stdin is one of the current folder", async () => {
  await files(app);
  const tar = await tarOf("app");
  const pieces = Array.from({ length: Math.ceil(tar.length / 1000) }, (_, i) => tar.subarray(i * 1000, (i + 1) * 1000));
  await looked(opened("-", {}, Readable.from(pieces)), async (input) => {
    expect(summary(input)).toMatchObject({ name: path.basename(folder).toLowerCase() });
    expect(await namesOf(input)).toContain("web/Dockerfile");
  });
});

test("an archive on stdin that cannot be kept says where", async () => {
  vi.stubEnv("TMPDIR", path.join(folder, "none"));
  try {
    const stdin = Readable.from([Buffer.alloc(1024)]);
    await expect(opened("-", {}, stdin)).rejects.toMatchObject({
      code: "CLI_CANNOT_WRITE",
      message: expect.stringContaining(`cannot keep stdin in ${path.join(folder, "none")}: ENOENT`),
      hint: expect.stringContaining("TMPDIR"),
    });
    expect(stdin.destroyed).toBe(true);
  } finally {
    vi.unstubAllEnvs();
  }
});

test("an archive in a named pipe is one on stdin by another name", async () => {
  await files(app);
  const pipe = path.join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  const written = promisify(execFile)("tar", ["-C", path.join(folder, "app"), "-cf", pipe, "."]);
  await looked(opened("pipe"), async (input) => {
    expect(summary(input)).toMatchObject({ name: path.basename(folder).toLowerCase() });
    expect(await namesOf(input)).toContain("web/Dockerfile");
  });
  await written;
});

async function namesOf({ source }: BuildInput): Promise<string[]> {
  const names: string[] = [];
  for await (const { header } of readEntries(source as Readable)) names.push(header.name);
  return names;
}

test.each(["Dockerfile", "Dockerfile.template", "Dockerfile.aarch64"])(
  "a folder and an archive with nothing but a %s are a project of one service",
  async (name) => {
    await files({ [`lone/${name}`]: "FROM busybox\n", "lone/Dockerfile.dockerignore": "x\n" });
    expect(await looked(opened("lone"), summary)).toEqual({
      name: "lone",
      services: { main: path.join(folder, "lone") },
    });
    await files({ "lone.tar": await tarOf("lone") });
    // Nobody wrote a compose file, so there is nothing in one to be warned of.
    for (const given of ["lone", "lone.tar"]) {
      expect(await looked(opened(given), async ({ warnings }) => warnings)).toEqual([]);
    }
    expect(await looked(opened("lone.tar"), summary)).toEqual({
      name: "lone",
      services: { main: path.join(folder, "lone") },
    });
  },
);

test("--file names a file of the archive, and paths start at it", async () => {
  await files({ "all/app/other.yaml": "services:\n  web:\n    build: ./web\n", "all/app/web/Dockerfile": "FROM x\n" });
  await files({ "all.tar": await tarOf("all") });
  expect(await looked(opened("all.tar", { file: ["app/other.yaml"], projectName: "p" }), summary)).toEqual({
    name: "p",
    services: { web: path.join(folder, "all/app/web") },
  });
  await expect(opened("all.tar", { file: ["app/othr.yaml"] })).rejects.toMatchObject({
    code: "CLI_NO_COMPOSE_FILE",
    hint: "did you mean app/other.yaml?",
  });
});

test("a compose file that is a link in the archive", async () => {
  const entries = [
    { header: { name: "compose.yaml", type: "symlink", linkname: "real/one.yaml" } as const },
    { header: { name: "real/one.yaml", type: "file" } as const, body: "services:\n  web: {image: busybox}\n" },
  ];
  const chunks: Buffer[] = [];
  for await (const chunk of packEntries(entries)) chunks.push(chunk as Buffer);
  await files({ "linked.tar": Buffer.concat(chunks) });
  expect(await looked(opened("linked.tar"), summary)).toMatchObject({ services: { web: "busybox" } });
});

test("mistakes in an archive's files are shown as those have them, not as files of the same name here", async () => {
  await files({
    "app/compose.yaml": "services:\n  web:\n    imgae: x\n",
    "compose.yaml": "# another\n# file\n# here\n",
  });
  await files({ "app.tar": await tarOf("app") });
  await expect(opened("app.tar")).rejects.toMatchObject({
    code: "COMPOSE_UNKNOWN_FIELD",
    problems: [
      { message: expect.stringMatching(/^compose\.yaml:3:5: .*\n {2}3 \| {5}imgae: x\n/), hint: expect.any(String) },
    ],
  });
});

test("what is no project, and what to do", async () => {
  await files({ ...app, "empty.tar": "", "compose.yml": compose, "text.tar": "hello\n".repeat(200) });
  await files({ "outer.tar": execFileSync("tar", ["-C", folder, "-c", "app"]) });
  await files({ "bad.tar.gz": gzipSync(await tarOf("app")).subarray(0, 200) });
  await files({ "app.tar.zst": Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0, 0, 0]), "a.zip": "PK\u0003\u0004...." });
  await files({ "cut.tar": (await tarOf("app")).subarray(0, 3000), "none/readme": "" });
  const cases: [string | undefined, string, string][] = [
    ["nowhere", "CLI_NOT_A_DIRECTORY", "nowhere is not a folder"],
    ["none", "CLI_NO_COMPOSE_FILE", "no compose file in none"],
    ["compose.yml", "CLI_NOT_A_DIRECTORY", "-f compose.yml"],
    ["empty.tar", "CLI_BAD_ARCHIVE", "is empty"],
    ["text.tar", "CLI_BAD_ARCHIVE", "text.tar"],
    ["cut.tar", "CLI_BAD_ARCHIVE", "cut.tar"],
    ["bad.tar.gz", "CLI_BAD_ARCHIVE", "bad.tar.gz"],
    ["app.tar.zst", "CLI_BAD_ARCHIVE", "zstd"],
    ["a.zip", "CLI_BAD_ARCHIVE", "zip"],
    ["outer.tar", "CLI_NO_COMPOSE_FILE", "there is app/compose.yaml"],
    ["/dev/null", "CLI_NOT_A_DIRECTORY", "name a folder, a tar archive"],
    ["-", "CLI_NOT_A_FILE", "on stdin"],
  ];
  for (const [given, code, text] of cases) {
    const error = await opened(given).then(
      () => undefined,
      (reason: unknown) => reason as { code: string; message: string; hint?: string },
    );
    expect({ given, code: error?.code, text: `${error?.message} ${error?.hint}` }).toEqual({
      given,
      code,
      text: expect.stringContaining(text),
    });
  }
});

test("an archive on stdin that stalls is given up with the signal", async () => {
  const controller = new AbortController();
  let asked = 0;
  // The second time, nothing comes any more.
  const stdin = new Readable({
    read: () => void (asked++ === 0 ? stdin.push(Buffer.alloc(1000)) : setImmediate(() => controller.abort())),
  });
  const out = { write: () => true };
  const io = { stdout: out, stderr: out, stdin, env: {}, cwd: folder, signal: controller.signal };
  const opening = openInput("-", {}, io);
  await expect(opening).rejects.toMatchObject({ name: "AbortError" });
  expect(stdin.destroyed).toBe(true);
});

test("an archive on stdin that stands still for longer than it may is given up", async () => {
  let asked = 0;
  const stdin = new Readable({ read: () => void (asked++ === 0 ? stdin.push(Buffer.alloc(1000)) : undefined) });
  await expect(opened("-", { stallTimeoutMs: 20 }, stdin)).rejects.toMatchObject({
    code: "CLI_TIMEOUT",
    message: "nothing came on stdin for 0.02 s, before the archive's end",
  });
  expect(stdin.destroyed).toBe(true);
});

test("the stream of an archive is the file, byte for byte", async () => {
  await files(app);
  await files({ "app.tar": await tarOf("app") });
  await looked(opened("app.tar"), async ({ source }) => {
    const chunks: Buffer[] = [];
    for await (const chunk of source as Readable) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).equals(await readFile(path.join(folder, "app.tar")))).toBe(true);
  });
});
