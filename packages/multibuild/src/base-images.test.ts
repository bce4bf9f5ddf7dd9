import { expect, test } from "vitest";
import { baseImages, touchedImages } from "./base-images.ts";

test.each([
  ["FROM reg.example:5000/a/b:1\n", ["reg.example:5000/a/b:1"]],
  [`FROM a@sha256:${"0".repeat(64)} AS One\nFROM one\n`, [`a@sha256:${"0".repeat(64)}`]],
  ["FROM --platform=linux/arm64   a:1   AS   x\nfrom x as y\nFROM a:1\n", ["a:1"]],
  ["ARG A=a:2\nFROM ${A}\n", ["a:9"]],
  ["FROM scratch\n", []],
  ["no Dockerfile", []],
])("the images that %j starts from", (dockerfile, images) => {
  expect(baseImages({ dockerfile }, { A: "a:9" })).toEqual(images);
});

test("images that something is only copied or mounted from are touched too", () => {
  const dockerfile =
    "FROM a AS s\nFROM a\nCOPY --from=b:1 /x /y\nCOPY --from=s /x /z\nRUN --mount=from=c,target=/c ls\n";
  expect(touchedImages({ dockerfile }, {}).map(({ image }) => image)).toEqual(["a", "a", "b:1", "c"]);
});
