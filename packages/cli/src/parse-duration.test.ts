import { expect, test } from "vitest";
import { parseDuration } from "./parse-duration.ts";

test.each([
  ["90", 90_000],
  ["90s", 90_000],
  ["250ms", 250],
  ["1.5m", 90_000],
  ["2min", 120_000],
  ["1h30m", 5_400_000],
  ["1h 30m 5s", 5_405_000],
])("%s is %d ms", (text, milliseconds) => expect(parseDuration(text)).toBe(milliseconds));

test.each(["", "0", "0s", "-5", "5d", "m", "1h5", "five", "1e9", "9999999999", "30 days"])("%j is none", (text) => {
  expect(parseDuration(text)).toBeUndefined();
});
