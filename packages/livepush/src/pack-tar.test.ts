import { randomBytes } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { packTar } from "./pack-tar.ts";

test("what gets much smaller is packed", async () => {
  const tar = Buffer.from("some text, again and again\n".repeat(10_000));
  const packed = await packTar(tar);
  expect(packed?.length).toBeLessThan(tar.length / 10);
  expect(gunzipSync(packed as Buffer).equals(tar)).toBe(true);
});

test("what is small or stays as large is not", async () => {
  expect(await packTar(Buffer.alloc(0))).toBeUndefined();
  expect(await packTar(Buffer.alloc(8_000))).toBeUndefined();
  expect(await packTar(randomBytes(200_000))).toBeUndefined();
});
