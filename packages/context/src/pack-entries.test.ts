import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { expect, test } from "vitest";
import { packEntries } from "./pack-entries.ts";

test.each([
  ["too short", 10, "gave 3 instead of 10 bytes"],
  ["too long", 2, "gave more than 2 bytes"],
])("a body that is %s is the stream's error", async (_, size, message) => {
  const body = Readable.from([Buffer.from("abc")]);
  await expect(buffer(packEntries([{ header: { name: "x", type: "file", size }, body }]))).rejects.toMatchObject({
    code: "CONTEXT_CHANGED_WHILE_READ",
    message: expect.stringContaining(message),
  });
  expect(body.destroyed).toBe(true);
});

test("a body may come as text", async () => {
  const body = Readable.from(["ä", "b"]);
  const packed = await buffer(packEntries([{ header: { name: "x", type: "file", size: 3 }, body }]));
  expect(packed.subarray(512, 516)).toEqual(Buffer.from("äb\0"));
});

test("a stream of unknown size and an invalid date are refused", async () => {
  const body = Readable.from([Buffer.from("abc")]);
  await expect(buffer(packEntries([{ header: { name: "x", type: "file" }, body }]))).rejects.toMatchObject({
    code: "CONTEXT_BAD_ENTRY",
  });
  const mtime = new Date(Number.NaN);
  await expect(buffer(packEntries([{ header: { name: "x", type: "file", mtime }, body: "" }]))).rejects.toMatchObject({
    code: "CONTEXT_BAD_ENTRY",
  });
});

test("an error of the entries or of a body is the stream's error", async () => {
  const failing = Readable.from([]);
  failing.destroy(new Error("no more"));
  await expect(buffer(packEntries(failing))).rejects.toThrow("no more");
  const body = new Readable({ read: () => body.destroy(new Error("unreadable")) });
  await expect(buffer(packEntries([{ header: { name: "x", type: "file", size: 5 }, body }]))).rejects.toThrow(
    "unreadable",
  );
});

test("destroying the stream ends the entries, and a body that stands still", async () => {
  let ended = false;
  const body = new Readable({ read: () => undefined });
  async function* entries(): AsyncGenerator<{ header: { name: string; type: "file"; size: number }; body: Readable }> {
    try {
      yield { header: { name: "x", type: "file", size: 5 }, body };
    } finally {
      ended = true;
    }
  }
  const stream = packEntries(entries());
  stream.resume();
  const asked = new Promise((resolve) =>
    body.once("resume", resolve).once("readable", resolve).once("newListener", resolve),
  );
  await asked;
  stream.destroy();
  await new Promise((resolve) => setImmediate(resolve));
  expect(body.destroyed).toBe(true);
  await new Promise((resolve) => setImmediate(resolve));
  expect(ended).toBe(true);
});

test("nothing is read before somebody asks, and no more than a reader takes", async () => {
  let made = 0;
  async function* entries(): AsyncGenerator<{ header: { name: string; type: "file" }; body: Buffer }> {
    for (; made < 1000; made++) yield { header: { name: String(made), type: "file" }, body: Buffer.alloc(100_000) };
  }
  const stream = packEntries(entries());
  await new Promise((resolve) => setImmediate(resolve));
  expect(made).toBe(0);
  await new Promise((resolve) => stream.once("readable", resolve));
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
  expect(made).toBeLessThan(10);
  stream.destroy();
});
