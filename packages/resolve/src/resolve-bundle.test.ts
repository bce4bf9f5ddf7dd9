import { Readable } from "node:stream";
import { type EntryToPack, packEntries, readEntries } from "@slipway/context";
import { expect, test } from "vitest";
import { resolveBundle } from "./resolve-bundle.ts";

const target = { architecture: "aarch64", deviceType: "raspberrypi4-64" };

function tar(files: Record<string, string>): Readable {
  async function* entries(): AsyncGenerator<EntryToPack> {
    for (const [name, body] of Object.entries(files)) yield { header: { name, type: "file", mode: 0o755 }, body };
  }
  return packEntries(entries());
}

async function unpack(stream: Readable): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for await (const { header, body } of readEntries(stream)) {
    let text = "";
    for await (const chunk of body) text += String(chunk);
    files[header.name] = text;
  }
  return files;
}

test.each([undefined, 1])("a bundle comes out with its Dockerfile, and no file of it is lost", async (memoryLimit) => {
  const files = { Dockerfile: "FROM plain", "Dockerfile.template": "FROM %%BALENA_ARCH%%", "a/b": "x".repeat(300_000) };
  const { stream, ...resolved } = await resolveBundle(tar(files), { ...target, memoryLimit });
  expect(resolved).toEqual({
    resolver: "Dockerfile.template",
    path: "Dockerfile.template",
    dockerfilePath: "Dockerfile.resolved",
    dockerfile: "FROM aarch64",
    changed: true,
  });
  expect(await unpack(stream)).toEqual({ ...files, "Dockerfile.resolved": "FROM aarch64" });
});

test("the text of a hook takes the Dockerfile's place", async () => {
  const { stream } = await resolveBundle(tar({ Dockerfile: "FROM a", b: "" }), {
    hooks: { dockerfile: async (text) => `${text}\nRUN hooked` },
  });
  expect(await unpack(stream)).toEqual({ Dockerfile: "FROM a\nRUN hooked", b: "" });
});

test("a damaged bundle, a failing one and an abort reject", async () => {
  await expect(resolveBundle(Readable.from([Buffer.alloc(700, 1)]))).rejects.toMatchObject({
    code: expect.stringMatching(/^CONTEXT_/),
  });
  const failing = new Readable({ read: () => failing.destroy(new Error("line cut")) });
  await expect(resolveBundle(failing)).rejects.toThrow("line cut");
  const stalled = new Readable({ read: () => undefined });
  const abort = new AbortController();
  const resolving = resolveBundle(stalled, { signal: abort.signal });
  abort.abort(new Error("enough"));
  await expect(resolving).rejects.toThrow("enough");
  expect(stalled.destroyed).toBe(true);
});
