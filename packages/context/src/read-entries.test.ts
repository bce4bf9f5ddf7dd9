import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { checksum } from "./decode-block.ts";
import { encodeHeader } from "./encode-header.ts";
import { packEntries } from "./pack-entries.ts";
import { readEntries } from "./read-entries.ts";

const end = Buffer.alloc(1024);

function archive(...names: string[]): Promise<Buffer> {
  return buffer(
    packEntries(names.map((name) => ({ header: { name, type: "file" as const }, body: `content of ${name}` }))),
  );
}

/** A header with something else in it, and the right checksum. */
function header(change: (block: Buffer) => void, size = 0): Buffer {
  const block = encodeHeader({ name: "x", type: "file" }, size);
  change(block);
  block.write(`${checksum(block).toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}

async function names(...bytes: Buffer[]): Promise<string[]> {
  const result: string[] = [];
  for await (const entry of readEntries(Readable.from(bytes))) result.push(entry.header.name);
  return result;
}

test("an archive that is cut off anywhere is told of", async () => {
  const whole = await archive("a", "b");
  // Two entries of 1024 bytes, and the first half of the end.
  for (let length = 0; length < 2048 + 512; length += 64) {
    const cut = names(whole.subarray(0, length));
    await expect(cut, `at ${length}`).rejects.toMatchObject({ code: "CONTEXT_TRUNCATED_ARCHIVE" });
  }
});

test("the message says where an archive was cut off", async () => {
  const whole = await archive("a", "b");
  await expect(names(whole.subarray(0, 0))).rejects.toThrow("the tar archive is empty");
  await expect(names(whole.subarray(0, 520))).rejects.toThrow("ends after 520 bytes, in the middle of `a`");
  await expect(names(whole.subarray(0, 1024))).rejects.toThrow("ends after 1024 bytes, where another entry or its end");
});

test("what follows the end is read and ignored", async () => {
  expect(await names(await archive("a"), end, Buffer.from("anything"))).toEqual(["a"]);
});

test.each([
  ["nothing of a tar", [Buffer.alloc(600, "hello ")], "CONTEXT_BAD_ARCHIVE", "no tar archive"],
  ["gzip", [gzipSync(Buffer.alloc(5000)), end], "CONTEXT_BAD_ARCHIVE", "compressed by gzip"],
  [
    "a lone block of zeros",
    [header(() => {}), Buffer.alloc(512), header(() => {}), end],
    "CONTEXT_BAD_ARCHIVE",
    "a lone block",
  ],
  ["a flipped bit", [Buffer.concat([header(() => {})]).fill(1, 3, 4), end], "CONTEXT_BAD_ARCHIVE", "no tar archive"],
  ["a size that is none", [header((b) => b.write("zzz", 124)), end], "CONTEXT_BAD_ARCHIVE", "size of an entry"],
  ["a negative size", [header((b) => b.fill(0xff, 124, 136)), end], "CONTEXT_BAD_ARCHIVE", "size of an entry"],
  [
    "an absurd long name",
    [header((b) => b.write("L", 156), 2 ** 30), end],
    "CONTEXT_BAD_ARCHIVE",
    "a header of 1073741824 bytes",
  ],
  ["an unknown kind", [header((b) => b.write("Z", 156)), end], "CONTEXT_UNSUPPORTED_ENTRY", 'unknown kind "Z"'],
  ["a sparse file", [header((b) => b.write("S", 156)), end], "CONTEXT_UNSUPPORTED_ENTRY", "sparse"],
  ["an absolute name", [header((b) => b.write("/etc/passwd\0", 0)), end], "CONTEXT_BAD_PATH", "absolute"],
  ["a name that leads out", [header((b) => b.write("a/../../b\0", 0)), end], "CONTEXT_BAD_PATH", "leads out"],
  ["a name that is not UTF-8", [header((b) => b.write("é\0", 0, "latin1")), end], "CONTEXT_BAD_PATH", "not UTF-8"],
  ["such a link", [header((b) => b.write("2\xe9", 156, "latin1")), end], "CONTEXT_BAD_PATH", "not UTF-8"],
  [
    "such a long name",
    [
      header((b) => b.write("L", 156), 2),
      Buffer.concat([Buffer.from("x\xe9", "latin1"), Buffer.alloc(510)]),
      header(() => {}),
      end,
    ],
    "CONTEXT_BAD_PATH",
    "not UTF-8",
  ],
  ["a little gzip", [gzipSync(Buffer.alloc(50))], "CONTEXT_BAD_ARCHIVE", "compressed by gzip"],
  [
    "a hard link that leads out",
    [encodeHeader({ name: "l", type: "link", linkname: "../x" }, 0), end],
    "CONTEXT_BAD_PATH",
    "leads out",
  ],
])("%s is refused", async (_, bytes, code, message) => {
  await expect(names(...bytes)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
});

test("random damage is an error of ours or another archive, and never hangs", async () => {
  const seed = Date.now() % 1_000_000;
  let state = seed;
  const random = (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
  const whole = await archive("a", "folder/b", "ü");
  for (let i = 0; i < 300; i++) {
    const damaged = Buffer.from(whole);
    for (let n = random(4); n >= 0; n--) damaged[random(damaged.length)] = random(256);
    const code = await names(damaged.subarray(0, random(damaged.length))).then(
      () => "CONTEXT_FINE",
      (error: { code?: string }) => error.code,
    );
    expect(code, `seed ${seed}, round ${i}`).toMatch(/^CONTEXT_/);
  }
});

test("signed checksums and base-256 numbers, as old and GNU tars write them", async () => {
  const block = header((b) => {
    b.write("é\0", 265, "latin1");
    b.fill(0, 124, 136);
    b[124] = 0x80;
    b[135] = 3;
  });
  let signed = 8 * 32;
  for (let i = 0; i < 512; i++) if (i < 148 || i >= 156) signed += block.readInt8(i);
  block.write(`${signed.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  const entries = readEntries(Readable.from([block, Buffer.from("abc"), Buffer.alloc(509), end]));
  const { value } = await entries.next();
  expect(value?.header.size).toBe(3);
  expect(value && (await text(value.body))).toBe("abc");
  await entries.return();
});

test("a source's error is thrown, whenever it comes", async () => {
  const late = new Readable({ read: () => undefined });
  late.push(encodeHeader({ name: "x", type: "file" }, 600));
  const entries = readEntries(late);
  const { value } = await entries.next();
  const body = value ? text(value.body) : undefined;
  late.destroy(new Error("line cut"));
  await expect(body).rejects.toThrow("line cut");
  await expect(entries.next()).rejects.toThrow("line cut");

  const early = new Readable({ read: () => undefined });
  const unread = readEntries(early);
  early.destroy(new Error("before anything"));
  await new Promise((resolve) => early.once("close", resolve));
  await expect(unread.next()).rejects.toThrow("before anything");
});

test("a source that is destroyed without a reason was cut off", async () => {
  const source = new Readable({ read: () => undefined });
  const first = readEntries(source).next();
  source.destroy();
  await expect(first).rejects.toMatchObject({ code: "CONTEXT_TRUNCATED_ARCHIVE" });
});

test("an abort rejects with its reason and destroys the source", async () => {
  for (const reason of [new Error("enough"), "a text"]) {
    const source = new Readable({ read: () => undefined });
    const abort = new AbortController();
    const first = readEntries(source, { signal: abort.signal }).next();
    abort.abort(reason);
    await expect(first).rejects.toBe(reason);
    expect(source.destroyed).toBe(true);
  }
});

test("bodies may be read, left, broken off or let flow", async () => {
  const big = "x".repeat(300_000);
  const source = packEntries(
    ["a", "b", "c", "d"].map((name) => ({ header: { name, type: "file" as const }, body: name + big })),
  );
  const seen: unknown[] = [];
  for await (const { header, body } of readEntries(source)) {
    if (header.name === "a") seen.push((await text(body)).length);
    if (header.name === "b") seen.push(header.name);
    if (header.name === "c") {
      for await (const chunk of body) {
        seen.push(String(chunk)[0]);
        break;
      }
    }
    if (header.name === "d") {
      body.resume();
      body.on("end", () => seen.push("end of d"));
    }
  }
  expect(seen).toEqual([300_001, "b", "c", "end of d"]);
});

test("a body that is read too late says so", async () => {
  const entries = readEntries(Readable.from([await archive("a", "b")]));
  const first = await entries.next();
  await entries.next();
  await expect(first.value ? text(first.value.body) : undefined).rejects.toThrow("the body of `a` was not read before");
  await entries.return();
});

test("breaking off destroys the source", async () => {
  const source = packEntries([{ header: { name: "a", type: "file" }, body: "x" }]);
  for await (const entry of readEntries(source)) {
    expect(entry.header.name).toBe("a");
    break;
  }
  expect(source.destroyed).toBe(true);
});

test("a stream of texts is refused", async () => {
  const source = Readable.from(["some text"]);
  await expect(readEntries(source).next()).rejects.toMatchObject({
    code: "CONTEXT_BAD_ARCHIVE",
    hint: expect.stringContaining("setEncoding"),
  });
});
