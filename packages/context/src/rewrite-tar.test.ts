import { execFile } from "node:child_process";
import { mkdir, mkdtemp, link, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodePaxHeader } from "./encode-header.ts";
import { packEntries } from "./pack-entries.ts";
import { readEntries } from "./read-entries.ts";
import { rewriteTar, type RewriteTarOptions } from "./rewrite-tar.ts";
import type { EntryToPack } from "./tar-entry.ts";

const run = promisify(execFile);
const end = Buffer.alloc(1024);
const long = `${"long".repeat(20)}/${"er".repeat(60)}/name é`;

async function whole(stream: Readable): Promise<Buffer> {
  return Buffer.concat((await stream.toArray()) as Buffer[]);
}

function cut(bytes: Buffer, size: number): Readable {
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, i * size + size),
  );
  return Readable.from(pieces, { objectMode: false });
}

/** An entry, encoded, without an archive's end. */
async function encoded(entry: EntryToPack): Promise<Buffer> {
  return (await whole(packEntries([entry]))).subarray(0, -1024);
}

const replacement: EntryToPack = { header: { name: "changed", type: "file" }, body: "new\n" };
const added: EntryToPack = { header: { name: "added", type: "file", mode: 0o755 }, body: "x" };
/** Replaces one entry, and leaves another out. */
const options: RewriteTarOptions = {
  first: [added],
  change: ({ name }) => {
    if (name === "changed")
      return async (body) => ({
        header: { name, type: "file" },
        body: (await whole(body)).toString().replace("old", "new"),
      });
    return name === "dropped" ? () => undefined : undefined;
  },
};

const names = ["empty", "changed", long, "hard link", "symlink", "dropped", "folder", "last"];
const formats = ["pax", "gnu", "ustar", "v7"] as const;
const archives = new Map<string, Buffer[]>();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "rewrite-tar-"));
  await mkdir(path.join(folder, path.dirname(long)), { recursive: true });
  await mkdir(path.join(folder, "folder"));
  await writeFile(path.join(folder, "empty"), "");
  await writeFile(path.join(folder, "changed"), "old\n");
  await writeFile(path.join(folder, long), "a");
  await writeFile(path.join(folder, "last"), "b".repeat(512));
  await writeFile(path.join(folder, "dropped"), "c".repeat(513));
  await link(path.join(folder, "last"), path.join(folder, "hard link"));
  await symlink("last", path.join(folder, "symlink"));
  for (const format of formats) {
    // Each on its own, so that it is known where it stands: GNU tar is the judge of what an entry is.
    const entries: Buffer[] = [];
    for (const name of names.filter((each) => each !== long || format === "pax" || format === "gnu")) {
      const pack = async (...given: string[]): Promise<Buffer> => {
        const args = ["-b1", "-c", "--no-recursion", `--format=${format}`, "--mtime=@1000000000", "-C", folder];
        if (format === "pax") args.push("--pax-option=delete=atime,delete=ctime");
        return (await run("tar", [...args, ...given], { encoding: "buffer" })).stdout.subarray(0, -1024);
      };
      entries.push(
        name === "hard link" ? (await pack("last", name)).subarray((await pack("last")).length) : await pack(name),
      );
    }
    archives.set(format, entries);
  }
});
afterAll(() => rm(folder, { recursive: true }));

async function expected(entries: readonly Buffer[]): Promise<Buffer> {
  const given = names.filter((each) => entries.length === names.length || each !== long);
  const changed = await encoded(replacement);
  const kept = entries.map((entry, i) => {
    if (given[i] === "changed") return changed;
    return given[i] === "dropped" ? Buffer.alloc(0) : entry;
  });
  return Buffer.concat([await encoded(added), ...kept, end]);
}

describe.each(formats)("an archive of tar --format=%s", (format) => {
  test("is changed where it should be and the same byte for byte elsewhere, wherever it is cut", async () => {
    const entries = archives.get(format) as Buffer[];
    const archive = Buffer.concat([...entries, end]);
    const result = await expected(entries);
    for (const size of [1, 2, 3, 7, 100, 511, 512, 513, 1000, 1024, 5000, archive.length]) {
      expect((await whole(rewriteTar(cut(archive, size), options))).equals(result), `pieces of ${size}`).toBe(true);
    }
    for (let at = 1; at < archive.length; at++) {
      const pieces = Readable.from([archive.subarray(0, at), archive.subarray(at)], { objectMode: false });
      expect((await whole(rewriteTar(pieces, options))).equals(result), `cut at ${at}`).toBe(true);
    }
  }, 60_000);

  test("that is cut off is an error, wherever", async () => {
    const archive = Buffer.concat(archives.get(format) as Buffer[]);
    for (let at = 0; at <= archive.length; at += 97) {
      const stream = rewriteTar(cut(archive.subarray(0, at), 1000), options);
      await expect(whole(stream), `at ${at}`).rejects.toMatchObject({ code: "CONTEXT_TRUNCATED_ARCHIVE" });
    }
  });
});

test("what is said of all entries stays, where the entry behind it goes", async () => {
  const global = encodePaxHeader("g", { comment: "a commit", uname: "me" }, { name: "pax_global_header" });
  const own = encodePaxHeader("x", { path: "changed" }, { name: "x" });
  const entry = await encoded({ header: { name: "other", type: "file" }, body: "old\n" });
  const last = await encoded({ header: { name: "last", type: "file" } });
  for (const parts of [
    [global, entry, last],
    [own, global, entry, last],
  ]) {
    const archive = Buffer.concat([...parts, end]);
    const change = ({ name }: { readonly name: string }) => (name === "last" ? undefined : () => undefined);
    const result = await whole(rewriteTar(cut(archive, 700), { change }));
    expect(result.equals(Buffer.concat([global, last, end]))).toBe(true);
  }
});

test("padding behind the end is read, so that the sender can finish, and is not handed on", async () => {
  const source = cut(Buffer.concat([await encoded(added), end, Buffer.alloc(9000)]), 1000);
  expect(await whole(rewriteTar(source, { change: () => undefined }))).toEqual(
    Buffer.concat([await encoded(added), end]),
  );
  expect(source.readableEnded).toBe(true);
});

test("entries at the end, and errors of whoever gives them", async () => {
  const archive = Buffer.concat([await encoded(replacement), end]);
  const change = () => undefined;
  const stream = rewriteTar(cut(archive, 512), { change, last: () => [added] });
  const found: string[] = [];
  for await (const { header } of readEntries(stream)) found.push(header.name);
  expect(found).toEqual(["changed", "added"]);
  const failing = (): never => {
    throw new RangeError("not that");
  };
  await expect(whole(rewriteTar(cut(archive, 512), { change, last: failing }))).rejects.toThrow(RangeError);
  await expect(whole(rewriteTar(cut(archive, 512), { change: () => failing }))).rejects.toThrow(RangeError);
});

test("chunks go through uncopied, at the reader's pace, whatever the size of an entry", async () => {
  const chunk = Buffer.alloc(256 * 1024, 1);
  const count = 400;
  let given = -1;
  const head = (await encoded({ header: { name: "big", type: "file", size: 0 } })).subarray(0, 512);
  head.write((chunk.length * count).toString(8).padStart(11, "0"), 124);
  head.fill(" ", 148, 156);
  head.write(
    `${head
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, "0")}\0`,
    148,
  );
  const source: Readable = new Readable({
    highWaterMark: 1,
    // Later, as files and sockets do: what is pushed at once Node joins.
    read: () => {
      setImmediate(() => {
        source.push(given < 0 ? head : given < count ? chunk : given === count ? end : null);
        given += 1;
      });
    },
  });
  const stream = rewriteTar(source, { change: () => undefined });
  let seen = 0;
  let size = 0;
  for await (const piece of stream as AsyncIterable<Buffer>) {
    size += piece.length;
    if (piece.length <= 1024) continue;
    seen += 1;
    expect(piece.buffer === chunk.buffer, "uncopied").toBe(true);
    expect(given - seen).toBeLessThan(8);
  }
  expect(size).toBe(512 + chunk.length * count + 1024);
});

test("destroyed while it waits for bytes, it destroys the source; an abort is its error", async () => {
  const waiting = new Readable({ read: () => undefined });
  const stream = rewriteTar(waiting, { change: () => undefined });
  stream.on("error", () => undefined).read();
  stream.destroy();
  await new Promise((resolve) => waiting.once("close", resolve));
  const controller = new AbortController();
  const aborted = rewriteTar(new Readable({ read: () => undefined }), {
    change: () => undefined,
    signal: controller.signal,
  });
  setImmediate(() => controller.abort(new Error("enough")));
  await expect(whole(aborted)).rejects.toThrow("enough");
});
