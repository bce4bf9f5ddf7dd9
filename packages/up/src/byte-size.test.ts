import { expect, test } from "vitest";
import { sizeInBytes } from "./byte-size.ts";

test.each([
  ["67108864", 67_108_864],
  ["64m", 67_108_864],
  ["64MB", 67_108_864],
  ["1gib", 1_073_741_824],
  ["1.5k", 1536],
  ["10b", 10],
  ["-1", -1],
  [512, 512],
  ["", undefined],
  ["lots", undefined],
  ["1x", undefined],
])("%s → %s", (text, bytes) => {
  expect(sizeInBytes(text)).toBe(bytes);
});
