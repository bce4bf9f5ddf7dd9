import { expect, test } from "vitest";
import { jsonRecords } from "./json-records.ts";

const text = '{"stream":"Grüße\\n"}\r\n\n{"aux":{"ID":"€"}}\n{"last":true}';
const expected = [{ stream: "Grüße\n" }, { aux: { ID: "€" } }, { last: true }];

test("records are the same wherever the chunks are cut, within characters too", async () => {
  const bytes = Buffer.from(text);
  for (let size = 1; size <= bytes.length; size++) {
    const chunks: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
    expect({ size, records: await collect(jsonRecords(chunks)) }).toEqual({ size, records: expected });
  }
});

test("what is no JSON object is refused, with its beginning shown", async () => {
  const long = `<html>${"x".repeat(500)}`;
  await expect(collect(jsonRecords([Buffer.from(`{"a":1}\n${long}\n`)]))).rejects.toMatchObject({
    code: "BUILD_BROKEN_STREAM",
    message: expect.stringMatching(/read: <html>x+…$/),
  });
  for (const line of ["[]", "null", '"text"', '{"cut":']) {
    await expect(collect(jsonRecords([Buffer.from(line)]))).rejects.toMatchObject({ code: "BUILD_BROKEN_STREAM" });
  }
});

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
