import { Readable } from "node:stream";
import { type EntryToPack, packEntries, readEntries } from "@slipway/context";
import { expect, test } from "vitest";
import { nameStages, readDockerfile, withDockerfile } from "./name-stages.ts";

test("stages without a name get one; everything else stays as it is, line for line", () => {
  const text = [
    "ARG V=1",
    "FROM --platform=$BUILDPLATFORM \\",
    "  base:${V}",
    "RUN echo FROM x",
    "from other as Named",
    "FROM slipway-stage-0 AS slipway-stage-2",
    "FROM last",
    "",
  ].join("\n");
  const { names, text: named } = nameStages(text, "Dockerfile");
  expect(names).toEqual(["slipway-stage-0", "named", "slipway-stage-2", "slipway-stage-3"]);
  expect(named?.split("\n")).toEqual([
    "ARG V=1",
    expect.stringMatching(/^FROM --platform=\$BUILDPLATFORM\s+base:\$\{V\} AS slipway-stage-0$/),
    "",
    "RUN echo FROM x",
    "from other as Named",
    "FROM slipway-stage-0 AS slipway-stage-2",
    "FROM last AS slipway-stage-3",
    "",
  ]);
});

test("with all names there, nothing is changed", () => {
  expect(nameStages("FROM a AS b\nFROM b as c\n")).toEqual({ names: ["b", "c"], text: undefined });
});

test("a context with another Dockerfile keeps all its other entries", async () => {
  expect(await readDockerfile(packEntries(entries()), "./sub/Dockerfile")).toBe("FROM a\n");
  const changed = withDockerfile(packEntries(entries()), "sub/Dockerfile", "FROM longer AS x\n");
  const seen: unknown[] = [];
  for await (const { header, body } of readEntries(changed)) {
    const chunks: Buffer[] = [];
    for await (const chunk of body) chunks.push(chunk as Buffer);
    seen.push([header.name, header.type, (header.mode ?? 0) & 0o777, Buffer.concat(chunks).toString()]);
  }
  expect(seen).toEqual([
    ["sub", "directory", 0o700, ""],
    ["sub/Dockerfile", "file", 0o644, "FROM longer AS x\n"],
    ["data", "file", 0o755, "xyz"],
    ["link", "symlink", expect.any(Number), ""],
  ]);
  await expect(readDockerfile(packEntries(entries()), "Dockerfile")).rejects.toMatchObject({
    code: "BUILD_NO_DOCKERFILE",
  });
});

async function* entries(): AsyncGenerator<EntryToPack> {
  yield { header: { name: "sub", type: "directory", mode: 0o700 } };
  yield { header: { name: "sub/Dockerfile", type: "file" }, body: "FROM a\n" };
  yield { header: { name: "data", type: "file", mode: 0o755, size: 3 }, body: Readable.from(["xyz"]) };
  yield { header: { name: "link", type: "symlink", linkname: "data" } };
}
