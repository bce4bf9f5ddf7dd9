import { isSlipwayError, type SlipwayError } from "@slipway/errors";
import { expect, test } from "vitest";
import { parseIgnore } from "./ignore.ts";

// As in moby's own tests of patternmatcher: a pattern, a path, whether it is ignored.
test.each([
  ["**", "file", true],
  ["**", "dir/file", true],
  ["**/", "file", true],
  ["**/", "dir/file", true],
  ["**/**", "dir/file", true],
  ["dir/**", "file", false],
  ["dir/**", "dir/file", true],
  ["dir/**", "dir/dir2/file", true],
  ["**/dir", "dir", true],
  ["**/dir", "dir/file", true],
  ["**/dir2/*", "dir/dir2/file", true],
  ["**/dir2/*", "dir/dir2/dir2/file", true],
  ["**/dir2/**", "dir/dir2/dir2/file", true],
  ["**file", "file", true],
  ["**file", "dir/file", true],
  ["**file", "dir/afile", true],
  ["**file", "dir/file.txt", false],
  ["**/file*txt", "dir/file.txt", true],
  ["**/file*.txt*", "dir/dir/file.txt", true],
  ["**/**/*.txt", "dir/dir/file.txt", true],
  ["**/**/*.txt2", "dir/dir/file.txt", false],
  ["a**/*.txt", "a/file.txt", true],
  ["a**/*.txt", "a/dir/file.txt", true],
  ["a[b-d]e", "ae", false],
  ["a[b-d]e", "ace", true],
  ["a[b-d]e", "aae", false],
  ["a[^b-d]e", "aze", true],
  [".*", ".foo", true],
  [".*", "foo", false],
  ["abc.def", "abcdef", false],
  ["abc.def", "abcZdef", false],
  ["abc?def", "abcZdef", true],
  ["abc?def", "abcdef", false],
  ["a\\\\", "a\\", true],
  ["a\\b", "ab", true],
  ["a\\b", "ac", false],
  ["**/foo/bar", "foo/bar", true],
  ["**/foo/bar", "dir/foo/bar", true],
  ["**/foo/bar", "dir/dir2/foo/bar", true],
  ["abc/**", "abc", false],
  ["abc/**", "abc/def", true],
  ["a(b)c/def", "a(b)c/def", true],
  ["a(b)c/def", "a(b)c/xyz", false],
  ["a.|)$(}+{bc", "a.|)$(}+{bc", true],
  [
    "dist/proxy.py-2.4.0rc3.dev36+g08acad9-py3-none-any.whl",
    "dist/proxy.py-2.4.0rc3.dev36+g08acad9-py3-none-any.whl",
    true,
  ],
  ["dist/*.whl", "dist/proxy.py-2.4.0rc3.dev36+g08acad9-py3-none-any.whl", true],
  ["a\\*b", "a*b", true],
  ["a\\*b", "axb", false],
  ["[\\]a]", "]", true],
  ["[\\-]", "-", true],
  ["[\\-x]", "x", true],
  ["/foo", "foo", true],
  ["//foo//bar/", "foo/bar", true],
  ["./foo", "foo", true],
  ["foo/../bar", "bar", true],
  ["../foo", "foo", false],
  [".", "foo", false],
  ["/", "foo", false],
  ["foo", "foo/bar/baz", true],
  ["foo", "bar/foo", false],
  ["foo", "foobar", false],
  ["*", "a/b", true],
  ["?", "🚢", true],
  ["[🚢]", "🚢", true],
  ["*/b", "a/b/c", true],
])("%j of %j: %s", (pattern, path, expected) => {
  expect(parseIgnore(pattern).ignores(path)).toBe(expected);
});

test("comments, blanks, line ends and a byte order mark", () => {
  const ignore = parseIgnore("\uFEFF# no pattern\r\n  a  \r\n\n #b\n\t! c\nc\n! c/d \n");
  expect(["a", "b", "#b", "# no pattern", "c", "c/d", "c/e"].filter((path) => ignore.ignores(path))).toEqual([
    "a",
    "#b",
    "c",
    "c/e",
  ]);
});

test("the last pattern that matches decides", () => {
  const ignore = parseIgnore("*.md\n!README*.md\nREADME-secret.md\n");
  expect(["a.md", "README.md", "README-secret.md", "a.js"].map((path) => ignore.ignores(path))).toEqual([
    true,
    false,
    true,
    false,
  ]);
  const below = parseIgnore("docs\n!docs/keep\ndocs/keep/not\n");
  expect(["docs", "docs/a", "docs/keep/a", "docs/keep/not/a"].map((path) => below.ignores(path))).toEqual([
    true,
    true,
    false,
    true,
  ]);
});

test("an exception for a folder that is not ignored lets nothing in, as with docker", () => {
  expect(parseIgnore("**/*.md\n!docs").ignores("docs/a.md")).toBe(true);
  expect(parseIgnore("**/*.md\n!docs/*").ignores("docs/a.md")).toBe(false);
  expect(parseIgnore("*\n!docs").ignores("docs/a.md")).toBe(false);
});

test.each([
  ["a\n!a/b", "a", true],
  ["a\n!a/b/c", "a/b", true],
  ["a\n!a/b", "a/c", false],
  ["a\n!a/b", "a/b", false],
  ["*\n!*.md", "node_modules", false],
  ["*\n!*/keep", "any", true],
  ["*\n!*/keep", "any/deep", false],
  ["*\n!**/*.md", "any/deep/down", true],
  ["*\n!src/**/x", "src/a/b", true],
  ["*\n!src/**/x", "lib/a/b", false],
  ["*\n!src/v?/x", "src/v1", true],
  ["*\n!src/v?/x", "src/w1", false],
  ["a", "a", false],
])("with %j, may %s hold something that is let in: %s", (text, folder, expected) => {
  expect(parseIgnore(text).mayContainIncluded(folder)).toBe(expected);
});

test("every malformed pattern is told, with its place", () => {
  const text = "ok\n  [\n!\na\\\n![]a]\n[x-\n[z-a]\n[a-b-c]\n";
  let error: unknown;
  try {
    parseIgnore(text, { file: "web/.dockerignore" });
  } catch (thrown) {
    error = thrown;
  }
  expect(isSlipwayError(error, "CONTEXT_BAD_PATTERN")).toBe(true);
  const { problems, message } = error as SlipwayError;
  expect(problems.map(({ range }) => [range?.start.line, range?.start.column])).toEqual([
    [2, 3],
    [3, 1],
    [4, 1],
    [5, 1],
    [6, 1],
    [7, 1],
    [8, 1],
  ]);
  expect(message).toContain("web/.dockerignore:2:3: `[` is no valid pattern");
});
