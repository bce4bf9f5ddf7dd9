import { expect, test } from "vitest";
import { durationInNanoseconds } from "./duration.ts";

test.each([
  ["1m30s", 90e9],
  ["1.5s", 1.5e9],
  ["500ms", 5e8],
  ["1h0m0s", 3600e9],
  ["1d", 86_400e9],
  ["250us", 250_000],
  ["0", 0],
  ["0s", 0],
  ["10", undefined],
  ["", undefined],
  ["soon", undefined],
])("%s → %s", (text, nanoseconds) => {
  expect(durationInNanoseconds(text)).toBe(nanoseconds);
});
