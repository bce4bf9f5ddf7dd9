import { expect, test } from "vitest";
import { formatDuration } from "./duration.ts";

test.each([
  [0.2, "1 ms"],
  [43, "43 ms"],
  [1240, "1.2 s"],
  [125_000, "2 min 5 s"],
])("%d → %s", (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text);
});
