import { expect, test } from "vitest";
import { contains, normalizePath, relativeTo } from "./path-rules.ts";

test.each([
  ["a/b", "a/b"],
  ["./a//b/", "a/b"],
  ["a/./b/../c", "a/c"],
  ["", ""],
  [".", ""],
  ["./", ""],
  ["...", "..."],
  ["..a/b..", "..a/b.."],
  ["a\\b", "a\\b"],
])("%j is normalised to %j", (path, expected) => {
  expect(normalizePath(path)).toBe(expected);
});

test.each(["/", "/a", "//a", "..", "../a", "a/../../b", "./..", "a\0b"])("%j is refused", (path) => {
  expect(() => normalizePath(path)).toThrow(expect.objectContaining({ code: "CONTEXT_BAD_PATH" }));
});

test.each([
  [".", "foo../bar", "foo../bar"],
  [".", "..foo", "..foo"],
  ["", "a", "a"],
  ["foo", "foo", ""],
  ["foo", "foo/bar", "bar"],
  ["./foo/", "foo//bar", "bar"],
  ["foo", "foobar", undefined],
  ["foo/bar", "foo", undefined],
])("from %j, %j is %j", (context, entry, expected) => {
  expect(relativeTo(context, entry)).toBe(expected);
  expect(contains(context, entry)).toBe(expected !== undefined);
});
