import { execFile } from "node:child_process";
import { buffer } from "node:stream/consumers";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import tar from "tar-stream";
import { expect, test } from "vitest";
import { packEntries } from "./pack-entries.ts";
import { readEntries } from "./read-entries.ts";
import type { EntryToPack, TarHeader } from "./tar-entry.ts";

const mtime = new Date("2024-05-06T07:08:09Z");
const long = `${"folder-".repeat(30)}/${"name-".repeat(40)}`;

const entries: readonly (EntryToPack & { header: Required<Pick<TarHeader, "mtime" | "mode" | "uid" | "gid">> })[] = [
  { header: { name: "", type: "directory", mode: 0o700, mtime, uid: 0, gid: 0 } },
  { header: { name: "empty", type: "directory", mode: 0o1777, mtime, uid: 1, gid: 2 } },
  {
    header: { name: "run.sh", type: "file", mode: 0o4755, mtime, uid: 0, gid: 0, uname: "jörg", gname: "staff" },
    body: "#!/bin/sh\n",
  },
  { header: { name: "large-ids", type: "file", mode: 0o600, mtime, uid: 2_097_152, gid: 4_294_967_294 }, body: "" },
  { header: { name: "dangling", type: "symlink", linkname: "../nowhere/ü", mode: 0o777, mtime, uid: 0, gid: 0 } },
  { header: { name: "far", type: "symlink", linkname: `/${long}`, mode: 0o777, mtime, uid: 0, gid: 0 } },
  { header: { name: "hard", type: "link", linkname: "run.sh", mode: 0o644, mtime, uid: 0, gid: 0 } },
  {
    header: { name: "prefix/".repeat(20) + "n".repeat(100), type: "file", mode: 0o644, mtime, uid: 0, gid: 0 },
    body: "p",
  },
  { header: { name: long, type: "file", mode: 0o644, mtime, uid: 0, gid: 0 }, body: Buffer.alloc(70_000, "x") },
  { header: { name: "a file ünïcode 🚢 \n", type: "file", mode: 0o644, mtime, uid: 0, gid: 0 }, body: "u" },
  {
    header: { name: "fraction", type: "file", mode: 0o644, mtime: new Date(1_500_000_000_250), uid: 0, gid: 0 },
    body: "f",
  },
  { header: { name: "before-1970", type: "file", mode: 0o644, mtime: new Date(-5000), uid: 0, gid: 0 }, body: "f" },
  {
    header: {
      name: "attributes",
      type: "file",
      mode: 0o644,
      mtime,
      uid: 0,
      gid: 0,
      pax: { "SCHILY.xattr.user.a": Buffer.from([255, 0]) },
    },
    body: Readable.from([Buffer.from("one"), Buffer.from("two")], { objectMode: false }),
  },
].map((entry) => {
  const size = entry.header.name === "attributes" ? 6 : Buffer.byteLength((entry.body as string | undefined) ?? "");
  return { ...entry, header: { ...entry.header, size } } as (typeof entries)[number];
});

async function read(source: Readable): Promise<{ header: TarHeader; body: string }[]> {
  const result: { header: TarHeader; body: string }[] = [];
  for await (const { header, body } of readEntries(source))
    result.push({ header, body: (await buffer(body)).toString() });
  return result;
}

const packed = await buffer(packEntries(entries));

test("what is packed is read again, whatever the sizes of the pieces", async () => {
  const expected = entries.map(({ header }) => header);
  for (const size of [1, 511, 512, 513, 100_000_000]) {
    const pieces = Array.from({ length: Math.ceil(packed.length / size) }, (_, i) =>
      packed.subarray(i * size, (i + 1) * size),
    );
    const result = await read(Readable.from(pieces));
    expect(result.map(({ header }) => header)).toEqual(expected);
    expect(result.find(({ header }) => header.name === "attributes")?.body).toBe("onetwo");
    expect(result.find(({ header }) => header.name === long)?.body).toBe("x".repeat(70_000));
  }
});

test("tar-stream reads what is packed", async () => {
  const extract = tar.extract();
  const names: string[] = [];
  extract.end(packed);
  for await (const entry of extract) {
    names.push(entry.header.name);
    entry.resume();
  }
  expect(names).toEqual(
    entries.map(({ header }) => (header.type === "directory" ? `${header.name || "."}/` : header.name)),
  );
});

test("what tar-stream packs is read", async () => {
  const pack = tar.pack();
  pack.entry({ name: `${long}ü`, mode: 0o640, uid: 5, gid: 6, mtime, uname: "u" }, "long");
  pack.entry({ name: "d/", type: "directory", mode: 0o711, mtime });
  pack.entry({ name: "l", type: "symlink", linkname: `${long}ü`, mtime });
  pack.finalize();
  const source: unknown = pack; // a stream of another make
  const result = await read(source as Readable);
  expect(result.map(({ header: { name, type, mode, linkname } }) => [name, type, mode, linkname])).toEqual([
    [`${long}ü`, "file", 0o640, undefined],
    ["d", "directory", 0o711, undefined],
    ["l", "symlink", 0o644, `${long}ü`],
  ]);
  expect(result[0]).toMatchObject({ body: "long", header: { uid: 5, gid: 6, mtime, uname: "u" } });
});

test.each(["v7", "oldgnu", "gnu", "ustar", "pax"])("what GNU tar packs as %s is read", async (format) => {
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-test-"));
  try {
    const name =
      format === "gnu" || format === "oldgnu" || format === "pax" ? `${"n".repeat(97)}${"ü".repeat(40)}` : "short";
    await writeFile(path.join(folder, name), "content");
    const args = ["-C", folder, `--format=${format}`, "--mtime=@1715000000", "--mode=u=rwx,go=", "-cf", "-", "."];
    const { stdout } = await promisify(execFile)("tar", args, { encoding: "buffer" });
    const result = await read(Readable.from([stdout]));
    expect(result.map(({ header: { name, type, mode }, body }) => [name, type, mode, body])).toEqual([
      ["", "directory", 0o700, ""],
      [name, "file", 0o700, "content"],
    ]);
    expect(result[1]?.header.mtime).toEqual(new Date(1_715_000_000_000));
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("GNU tar reads what is packed", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-test-"));
  try {
    await writeFile(path.join(folder, "x.tar"), packed);
    const { stdout } = await promisify(execFile)("tar", ["--quoting-style=literal", "-tf", path.join(folder, "x.tar")]);
    expect(stdout).toBe(
      entries
        .map(({ header }) => (header.type === "directory" ? `${header.name || "."}/\n` : `${header.name}\n`))
        .join(""),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});
