import { expect, test } from "vitest";
import { goMatch, hasWildcard } from "./go-match.ts";

// Go's own table for filepath.Match, the rows without errors and those that are malformed.
const cases: [pattern: string, name: string, matches: boolean][] = [
  ["abc", "abc", true],
  ["*", "abc", true],
  ["*", ".hidden", true],
  ["*c", "abc", true],
  ["a*", "a", true],
  ["a*", "ab/c", false],
  ["a*/b", "abc/b", true],
  ["a*/b", "a/c/b", false],
  ["a*b*c*d*e*/f", "axbxcxdxexxx/f", true],
  ["a*b*c*d*e*/f", "axbxcxdxexxx/fff", false],
  ["a*b?c*x", "abxbbxdbxebxczzx", true],
  ["a*b?c*x", "abxbbxdbxebxczzy", false],
  ["ab[c]", "abc", true],
  ["ab[b-d]", "abc", true],
  ["ab[e-g]", "abc", false],
  ["ab[^c]", "abc", false],
  ["ab[^e-g]", "abc", true],
  ["a\\*b", "a*b", true],
  ["a\\*b", "ab", false],
  ["a?b", "a☺b", true],
  ["a[^a]b", "a☺b", true],
  ["a???b", "a☺b", false],
  ["[a-ζ]*", "α", true],
  ["*[a-ζ]", "A", false],
  ["a?b", "a/b", false],
  ["a*b", "a/b", false],
  ["[\\]a]", "]", true],
  ["[\\-]", "-", true],
  ["[x\\-]", "-", true],
  ["[x\\-]", "z", false],
  ["[\\-x]", "a", false],
  ["[z-a]", "m", false],
  ["*.{js,ts}", "a.{js,ts}", true],
  ["a.b+(c)|$", "a.b+(c)|$", true],
  ["[]a]", "]", false],
  ["[-]", "-", false],
  ["[x-]", "x", false],
  ["[", "a", false],
  ["[^", "a", false],
  ["[^bc", "a", false],
  ["a[", "a", false],
  ["a\\", "a\\", false],
  ["*x", "yxx", true],
];

test.each(cases)("%j matches %j: %j", (pattern, name, matches) => {
  expect(goMatch(pattern, name)).toBe(matches);
});

test.each([
  ["a/b", false],
  ["a\\*b", false],
  ["a\\\\*b", true],
  ["a?", true],
  ["[a]", true],
])("%j has a wildcard: %j", (source, has) => {
  expect(hasWildcard(source)).toBe(has);
});
