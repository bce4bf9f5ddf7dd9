import type { EntryToPack, TarHeader } from "@slipway/context";
import { expect, test } from "vitest";
import { checkArtifacts } from "./check-artifacts.ts";

const rules = { image: "app", folder: "/tmp/artifacts", allowOutsideLinks: false };

async function checked(headers: readonly TarHeader[], given = rules): Promise<string[]> {
  async function* entries(): AsyncGenerator<EntryToPack> {
    for (const header of headers) yield { header };
  }
  const names: string[] = [];
  for await (const { header } of checkArtifacts(entries(), given)) names.push(header.name);
  return names;
}

const file = (name: string): TarHeader => ({ name, type: "file" });
const link = (name: string, linkname: string): TarHeader => ({ name, type: "symlink", linkname });

test("what stays in the folder comes through", async () => {
  const headers = [
    file("a/b"),
    link("a/c", "b"),
    link("bin/x", "../a/b"),
    link("y", "/tmp/artifacts/a"),
    { ...link("h", "a/b"), type: "link" } as const,
  ];
  expect(await checked(headers)).toEqual(headers.map(({ name }) => name));
});

test.each<[string, TarHeader[], RegExp]>([
  ["a relative link out", [link("a", "../etc/passwd")], /leads out/],
  ["an absolute link out", [link("a", "/etc/passwd")], /leads out/],
  ["a link to a folder of a like name", [link("a", "/tmp/artifacts-of-others")], /leads out/],
  ["a file behind a link", [link("a", "b"), file("a/x")], /lies behind the link `a`/],
  ["a hard link to none of them", [{ name: "a", type: "link", linkname: "etc/passwd" }], /hard link/],
  ["a device", [{ name: "a", type: "block-device" }], /is a block device/],
  ["a pipe", [{ name: "a", type: "fifo" }], /is a fifo/],
])("refused: %s", async (_, headers, message) => {
  await expect(checked(headers)).rejects.toMatchObject({
    code: "STI_BAD_ARTIFACTS",
    message: expect.stringMatching(message),
  });
});

test("links out can be allowed, files behind them cannot", async () => {
  const allowed = { ...rules, allowOutsideLinks: true };
  expect(await checked([link("python", "/usr/bin/python3")], allowed)).toEqual(["python"]);
  await expect(checked([link("a", "/etc"), file("a/passwd")], allowed)).rejects.toMatchObject({
    code: "STI_BAD_ARTIFACTS",
  });
});
