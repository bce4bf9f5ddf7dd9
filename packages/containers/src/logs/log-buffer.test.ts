import { readdir, readlink } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { LogBuffer } from "./log-buffer.ts";

const megabyte = 1024 * 1024;

test("far more than stays in memory is kept, in order, for as many readers as there are", async () => {
  await using logs = new LogBuffer();
  // Pieces of all sizes, also such as don't fit into one part of the file.
  const sizes = [1, 70_000, 3, 500_000, 12, 65_536, 1_300_000, 5];
  const reading = text(logs.separated().stderr);
  let out = "";
  let err = "";
  for (let round = 0; round < 3; round++) {
    for (const [index, size] of sizes.entries()) {
      const stream = index % 2 === 0 ? "stdout" : "stderr";
      const piece = String.fromCharCode(97 + index + round).repeat(size);
      if (stream === "stdout") out += piece;
      else err += piece;
      await logs.append({ stream, data: Buffer.from(piece) });
    }
  }
  logs.end();
  expect(out.length + err.length).toBeGreaterThan(4 * megabyte);
  expect((await reading) === err).toBe(true);
  const { stdout, stderr } = logs.separated();
  expect((await text(stderr)) === err).toBe(true);
  expect((await text(stdout)) === out).toBe(true);
  expect((await text(logs.combined())).length).toBe(out.length + err.length);
});

test("readers get what comes later, and the error at the end", async () => {
  await using logs = new LogBuffer();
  const seen: string[] = [];
  const reading = (async () => {
    for await (const { data } of logs) seen.push(data.toString());
  })();
  await logs.append({ stream: "stdout", data: Buffer.from("a") });
  await logs.append({ stream: "stderr", data: Buffer.from("b") });
  logs.end(new Error("lost"));
  await expect(reading).rejects.toThrow("lost");
  expect(seen).toEqual(["a", "b"]);
});

test("closed, it leaves no file and no handle", async () => {
  const own = async (): Promise<string[]> => {
    const handles = (await readdir("/proc/self/fd")).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ""));
    return (await Promise.all(handles)).filter((name) => name.includes("slipway-logs-"));
  };
  const logs = new LogBuffer();
  await logs.append({ stream: "stdout", data: Buffer.alloc(2 * megabyte) });
  logs.end();
  // Its file has no name any more while it is there.
  expect(await own()).toEqual([expect.stringContaining("(deleted)")]);
  await logs.close();
  await logs.close();
  expect(await own()).toEqual([]);
});
