import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { packEntries } from "@slipway/context";
import { expect, test } from "vitest";
import { peekDockerfile } from "./peek-dockerfile.ts";

const entry = (name: string, body: string) => ({ header: { name, type: "file" as const }, body });
const archive = (...files: [string, string][]): Promise<Buffer> =>
  buffer(packEntries(files.map(([name, body]) => entry(name, body))));

test.each<[string, () => Promise<Buffer>, string | undefined]>([
  ["at the beginning", () => archive(["Dockerfile", "FROM a"], ["b", "x".repeat(500_000)]), "FROM a"],
  ["after other files", () => archive(["b", "x".repeat(500_000)], ["Dockerfile", "FROM a"]), "FROM a"],
  ["nowhere", () => archive(["b", "x"], ["sub/Dockerfile", "FROM a"]), undefined],
  ["too far in", () => archive(["b", "x".repeat(17 << 20)], ["Dockerfile", "FROM a"]), undefined],
  ["in a compressed archive", async () => gzipSync(await archive(["Dockerfile", "FROM a"])), undefined],
  ["in what is no archive", () => Promise.resolve(Buffer.from("FROM a")), undefined],
])("a Dockerfile %s; the stream keeps all its bytes", async (_, bytes, expected) => {
  const whole = await bytes();
  const pieces = Array.from({ length: Math.ceil(whole.length / 60_000) }, (__, i) =>
    whole.subarray(i * 60_000, (i + 1) * 60_000),
  );
  const { context, text } = await peekDockerfile(Readable.from(pieces), "./Dockerfile");
  expect(text).toBe(expected);
  expect((await buffer(context)).equals(whole)).toBe(true);
});

test("a stream that fails fails as itself, before and after the Dockerfile", async () => {
  const failure = new Error("disk on fire");
  const bytes = await archive(["Dockerfile", "FROM a"], ["b", "x".repeat(500_000)]);
  for (const at of [100, 100_000]) {
    const source = Readable.from(
      (async function* () {
        yield bytes.subarray(0, at);
        throw failure;
      })(),
      { objectMode: false },
    );
    const { context } = await peekDockerfile(source, "Dockerfile");
    await expect(buffer(context)).rejects.toBe(failure);
  }
});

test("what follows the Dockerfile is not waited for, and destroying one stream destroys the other", async () => {
  const source = new Readable({ read: () => undefined });
  source.push(await archive(["Dockerfile", "FROM a"]));
  const { context, text } = await peekDockerfile(source, "Dockerfile");
  expect(text).toBe("FROM a");
  const closed = new Promise((resolve) => source.once("close", resolve));
  context.destroy();
  await closed;
});

test("a stream that stands still is given up with the signal, even where it cannot be destroyed", async () => {
  const start = (await archive(["b", "x".repeat(5000)])).subarray(0, 2000);
  const source = Readable.from(
    (async function* () {
      yield start;
      await new Promise(() => undefined);
    })(),
  );
  const peeking = peekDockerfile(source, "Dockerfile", AbortSignal.timeout(20));
  await expect(peeking).rejects.toMatchObject({ name: "TimeoutError" });
  expect(source.destroyed).toBe(true);
});
