import { expect, test } from "vitest";
import { PathUtils } from "./path-utils.ts";

test.each([
  [".", "foo../bar", true],
  ["foo", "foo../bar", false],
  ["a", "a", true],
  ["a/./b/..", "a/c", true],
  ["a", "ab/c", false],
])("%s holds %s: %s", (context, entry, holds) => {
  expect(PathUtils.contains(context, entry)).toBe(holds);
  expect(PathUtils.posixContains(context, entry)).toBe(holds);
});
