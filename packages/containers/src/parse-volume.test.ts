import path from "node:path";
import { expect, test } from "vitest";
import { parseVolume } from "./parse-volume.ts";

test.each([
  ["/a:/b", { type: "bind", source: "/a", target: "/b", readOnly: false }],
  ["/a:/b:ro", { type: "bind", source: "/a", target: "/b", readOnly: true }],
  ["./a:/b:rw", { type: "bind", source: path.resolve("a"), target: "/b", readOnly: false }],
  [".:/b", { type: "bind", source: path.resolve("."), target: "/b", readOnly: false }],
  ["data:/b", { type: "volume", source: "data", target: "/b", readOnly: false }],
  ["/a", "`/a` is no volume"],
  ["/a:b", "`/a:b` is no volume"],
  ["/a:/b:rx", "`/a:/b:rx` is no volume"],
  [":/b", "`:/b` is no volume"],
])("%s", (text, expected) => {
  expect(parseVolume(text)).toEqual(expected);
});
