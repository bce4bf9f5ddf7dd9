import { execFile } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { PassThrough, Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { parseIgnore } from "./ignore.ts";
import { packEntries } from "./pack-entries.ts";
import { readEntries } from "./read-entries.ts";
import type { PackPartOptions } from "./split-part.ts";
import { splitTar } from "./split-tar.ts";
import type { EntryToPack, TarHeader } from "./tar-entry.ts";

const file = (name: string, body = `content of ${name}`, more: Partial<TarHeader> = {}): EntryToPack => ({
  header: { name, type: "file", size: body.length, ...more },
  body,
});

async function unpack(stream: Readable): Promise<Record<string, string>> {
  const result: Record<string, string> = {};
  for await (const { header, body } of readEntries(stream)) {
    const content = await text(body);
    result[header.name] = header.type === "file" ? content : `${header.type} ${header.linkname ?? ""}`.trim();
  }
  return result;
}

const spoolFolders = async (): Promise<string[]> =>
  (await readdir(tmpdir())).filter((name) => name.startsWith("slipway-spool-"));

test.each([undefined, 0, 250_000])(
  "a task gets what its context holds, in any order and more than once (limit %s)",
  async (memoryLimit) => {
    const big = "x".repeat(200_000);
    const source = packEntries([
      file("compose.yaml"),
      file("web/Dockerfile"),
      file("web/big", big),
      file("web/api/big", big),
      file("website/x"),
      file("foo../bar"),
      file("unwanted/big", big),
    ]);
    const tasks = [
      { id: "api", context: "web/api/" },
      { id: "web", context: "./web" },
      { id: "site", context: "website" },
      { id: "again", context: "web" },
      { id: "dots", context: "foo.." },
    ];
    const split = await splitTar(source, tasks, { memoryLimit });
    const web = { Dockerfile: "content of web/Dockerfile", big, "api/big": big };
    expect(await unpack(split.open("web"))).toEqual(web);
    const [api, again, site] = [split.open("api"), split.open("again"), split.open("site")];
    expect(await unpack(site)).toEqual({ x: "content of website/x" });
    expect(await Promise.all([unpack(again), unpack(api), unpack(split.open("web"))])).toEqual([web, { big }, web]);
    expect(await unpack(split.open("dots"))).toEqual({ bar: "content of foo../bar" });
    expect(() => split.open("nobody")).toThrow(expect.objectContaining({ code: "CONTEXT_UNKNOWN_TASK" }));
    expect(await spoolFolders()).toEqual([]);
    await split.close();
  },
);

test.each(["gnu", "ustar", "pax", "v7"])("GNU tar's own archives, format %s, whatever the pieces", async (format) => {
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-split-"));
  try {
    await mkdir(path.join(folder, "in/web/sub"), { recursive: true });
    await mkdir(path.join(folder, "out"));
    const sizes = [0, 1, 511, 512, 513, 10_240, 65_024, 65_025, 70_000, 300_000];
    for (const size of sizes) {
      await writeFile(path.join(folder, `in/web/f${size}`), Buffer.alloc(size, `${size} `));
      await writeFile(path.join(folder, `in/web/sub/g${size}`), Buffer.alloc(size, `${size}.`), { mode: 0o755 });
    }
    await promisify(execFile)("tar", ["-c", `--format=${format}`, "-f", "all.tar", "-C", "in", "."], { cwd: folder });
    const archive = await readFile(path.join(folder, "all.tar"));
    for (const [piece, memoryLimit] of [
      [700, 0],
      [65_536, 100_000],
      [archive.length, undefined],
    ] as const) {
      const pieces = Array.from({ length: Math.ceil(archive.length / piece) }, (_, i) =>
        archive.subarray(i * piece, (i + 1) * piece),
      );
      const tasks = ["web", "web/sub", "."].map((context) => ({ id: context, context }));
      const split = await splitTar(Readable.from(pieces, { objectMode: false }), tasks, { memoryLimit });
      for (const { id } of tasks) {
        const out = await mkdtemp(path.join(folder, "out/"));
        await pipeline(split.open(id), createWriteStream(path.join(out, "a.tar")));
        await mkdir(path.join(out, "x"));
        await promisify(execFile)("tar", ["-xpf", "a.tar", "-C", "x"], { cwd: out });
        const command = "find . -type f -exec stat -c '%n %a %s %Y' {} + -exec cksum {} + | sort";
        const listed = async (cwd: string): Promise<string> =>
          (await promisify(execFile)("sh", ["-c", command], { cwd })).stdout;
        expect(await listed(path.join(out, "x"))).toBe(await listed(path.join(folder, "in", id)));
      }
      await split.close();
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a task whose context is the whole gets everything", async () => {
  const source = packEntries([
    { header: { name: "", type: "directory" } },
    file("a"),
    file("foo../bar"),
    file("..b/c"),
  ]);
  const split = await splitTar(source, [{ id: "all", context: "." }]);
  expect(await unpack(split.open("all"))).toEqual({
    a: "content of a",
    "foo../bar": "content of foo../bar",
    "..b/c": "content of ..b/c",
  });
  await split.close();
});

test("headers are kept", async () => {
  const header = {
    type: "file" as const,
    mode: 0o6751,
    uid: 3_000_000,
    gid: 7,
    uname: "u",
    gname: "g",
    mtime: new Date(1_600_000_000_500),
    pax: { "SCHILY.xattr.user.a": "v" },
  };
  const split = await splitTar(packEntries([{ header: { name: "s/f", ...header }, body: "abc" }]), [
    { id: "s", context: "s" },
  ]);
  const { value } = await readEntries(split.open("s")).next();
  expect(value?.header).toEqual({ name: "f", size: 3, ...header });
  expect([...split.part("s")].map((entry) => entry.header.name)).toEqual(["f"]);
  await split.close();
});

test("links: symbolic ones as they are, hard ones relative, or as files where their file is not", async () => {
  const source = packEntries([
    file("shared/lib", "the library"),
    file("web/own", "own"),
    { header: { name: "web/hard", type: "link", linkname: "web/own" } },
    { header: { name: "web/lib", type: "link", linkname: "shared/lib" } },
    { header: { name: "web/soft", type: "symlink", linkname: "../shared/lib" } },
    { header: { name: "web/soft too", type: "link", linkname: "web/soft" } },
  ]);
  const tasks = [
    { id: "web", context: "web" },
    { id: "shared", context: "shared" },
    { id: "all", context: "." },
  ];
  const split = await splitTar(source, tasks);
  expect(await unpack(split.open("web"))).toEqual({
    own: "own",
    hard: "link own",
    lib: "the library",
    soft: "symlink ../shared/lib",
    "soft too": "symlink ../shared/lib",
  });
  expect(await unpack(split.open("all"))).toMatchObject({ "web/hard": "link web/own", "web/lib": "link shared/lib" });
  const filtered = packEntries(split.part("web").pack({ ignore: parseIgnore("own") }));
  expect(await unpack(filtered)).toMatchObject({ hard: "own" });
  await split.close();
});

test("a hard link to what nobody keeps is refused", async () => {
  const source = packEntries([
    file("shared/lib"),
    { header: { name: "web/lib", type: "link", linkname: "shared/lib" } },
  ]);
  await expect(splitTar(source, [{ id: "web", context: "web" }])).rejects.toMatchObject({ code: "CONTEXT_BAD_PATH" });
});

test("of two entries of one name the last is what remains", async () => {
  const source = packEntries([
    file("a", "old"),
    { header: { name: "hard", type: "link", linkname: "a" } },
    file("b"),
    file("a", "new"),
  ]);
  const split = await splitTar(source, [{ id: "all", context: "" }]);
  expect(await unpack(split.open("all"))).toEqual({ a: "new", b: "content of b", hard: "old" });
  await split.close();
});

test("an ignored folder comes along with what is let in below it", async () => {
  const source = packEntries([
    { header: { name: "docs", type: "directory", mode: 0o700 } },
    file("docs/a"),
    file("docs/keep"),
    { header: { name: "none", type: "directory" } },
    file("none/a"),
  ]);
  const split = await splitTar(source, [{ id: "all", context: "." }]);
  const names = [...split.part("all").pack({ ignore: parseIgnore("*\n!docs/keep") })].map(({ header }) => header.name);
  expect(names).toEqual(["docs", "docs/keep"]);
  await split.close();
});

test("a damaged source, a failing one and an abort reject and leave nothing", async () => {
  const tasks = [{ id: "all", context: "." }];
  const content = "x".repeat(2_000_000);
  const cut = Readable.from(
    (async function* () {
      for await (const chunk of packEntries([file("a", content), file("b", content)])) {
        yield chunk;
        if ((chunk as Buffer).length > 1_000_000) return;
      }
    })(),
  );
  await expect(splitTar(cut, tasks, { memoryLimit: 0 })).rejects.toMatchObject({ code: "CONTEXT_TRUNCATED_ARCHIVE" });
  const failing = new Readable({ read: () => failing.destroy(new Error("line cut")) });
  await expect(splitTar(failing, tasks)).rejects.toThrow("line cut");
  const stalled = new Readable({ read: () => undefined });
  const abort = new AbortController();
  const splitting = splitTar(stalled, tasks, { signal: abort.signal });
  abort.abort(new Error("enough"));
  await expect(splitting).rejects.toThrow("enough");
  expect(stalled.destroyed).toBe(true);
  expect(await spoolFolders()).toEqual([]);
});

test("an entry may come first, with the folders above it, or be another", async () => {
  const source = packEntries([
    { header: { name: "z", type: "directory", mode: 0o700 } },
    file("z/a"),
    file("z/Dockerfile"),
    { header: { name: "z/hard", type: "link", linkname: "z/Dockerfile" } },
    file("a"),
  ]);
  const split = await splitTar(source, [{ id: "all", context: "." }]);
  const names = async (options: PackPartOptions): Promise<string[]> => {
    const read = await unpack(packEntries(split.part("all").pack(options)));
    return Object.entries(read).map(([name, content]) => `${name}: ${content}`);
  };
  const rest = ["z/a: content of z/a", "z/hard: link z/Dockerfile", "a: content of a"];
  const first = "z/Dockerfile";
  expect(await names({ first })).toEqual(["z: directory", "z/Dockerfile: content of z/Dockerfile", ...rest]);
  expect(await names({ first: "none" })).toEqual(await names({}));
  expect(await names({ first, ignore: parseIgnore("z") })).toEqual(["a: content of a"]);
  expect(await names({ first, instead: file("z/Dockerfile", "another") })).toEqual([
    "z/Dockerfile: another",
    "z: directory",
    "z/a: content of z/a",
    "z/hard: content of z/Dockerfile",
    "a: content of a",
  ]);
  await split.close();
});

test.each([
  ["a stream", (part: Buffer) => Readable.from([part]).pipe(new PassThrough(), { end: false })],
  // Which cannot be destroyed while it waits.
  [
    "a generator",
    (part: Buffer) =>
      Readable.from(
        (async function* () {
          yield part;
          await new Promise(() => undefined);
        })(),
      ),
  ],
])("%s that stands still is given up after a while, or with the signal", async (_, source) => {
  const tasks = [{ id: "all", context: "." }];
  const part = (await buffer(packEntries([file("a", "x".repeat(5000))]))).subarray(0, 2000);
  await expect(splitTar(source(part), tasks, { memoryLimit: 0, stallTimeoutMs: 20 })).rejects.toMatchObject({
    code: "CONTEXT_STALLED",
    message: expect.stringContaining("after 2000 bytes"),
  });
  const signal = AbortSignal.timeout(20);
  await expect(splitTar(source(part), tasks, { signal })).rejects.toMatchObject({ name: "TimeoutError" });
  expect(await spoolFolders()).toEqual([]);
});

test("what was let go of cannot be read", async () => {
  const split = await splitTar(packEntries([file("a")]), [{ id: "all", context: "." }], { memoryLimit: 0 });
  const stream = split.open("all");
  await split.close();
  await expect(text(stream)).rejects.toMatchObject({ code: "CONTEXT_CLOSED" });
});

test("without tasks the source is not read", async () => {
  const source = new Readable({ read: () => undefined });
  await (await splitTar(source, [])).close();
  expect(source.destroyed).toBe(true);
});
