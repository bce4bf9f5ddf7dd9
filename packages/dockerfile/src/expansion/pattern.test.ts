import { expect, test } from "vitest";
import { randomFrom } from "../../test/random-dockerfile.ts";
import { ExpansionProblem, replacePattern, trimPrefix, trimSuffix } from "./pattern.ts";

test.each([
  ["*/", "a/b/c", false, "b/c"],
  ["*/", "a/b/c", true, "c"],
  ["?", "\u{1F600}x", false, "x"],
  ["\\*", "*x", false, "x"],
  ["\\}", "}x", false, "x"],
  ["[a]", "ax", false, "ax"],
  ["", "x", true, "x"],
  ["*", "a\nb", true, "\nb"],
])("prefix %s of %j, longest: %s, leaves %j", (pattern, value, greedy, rest) => {
  expect(trimPrefix(pattern, value, greedy)).toBe(rest);
});

test.each([
  [".*", "a.tar.gz", false, "a.tar"],
  [".*", "a.tar.gz", true, "a"],
  ["x", "a", true, "a"],
])("suffix %s of %j, longest: %s, leaves %j", (pattern, value, greedy, rest) => {
  expect(trimSuffix(pattern, value, greedy)).toBe(rest);
});

test("an escape before what needs none is a mistake", () => {
  expect(() => trimPrefix("\\a", "a", false)).toThrow(ExpansionProblem);
});

test("random patterns: as a regular expression has it", () => {
  for (let seed = 1; seed <= 20_000; seed++) {
    const random = randomFrom(seed);
    const word = (letters: string, length: number): string =>
      Array.from({ length: random(length) }, () => letters[random(letters.length)]).join("");
    const pattern = word("ab*?", 5);
    const value = word("abab\nc", 9);
    const source = (star: string): string => pattern.replaceAll("?", ".").replaceAll("*", star);
    const message = `seed ${seed}: ${JSON.stringify({ pattern, value })}`;
    expect(trimPrefix(pattern, value, false), message).toBe(value.replace(new RegExp(`^${source(".*?")}`), ""));
    expect(trimPrefix(pattern, value, true), message).toBe(value.replace(new RegExp(`^${source(".*")}`), ""));
    expect(replacePattern(pattern, value, "<>", false), message).toBe(value.replace(new RegExp(source(".*")), "<>"));
    // An empty pattern is between all characters, which Go and JavaScript count differently after a match.
    if (!/^\**$/.test(pattern)) {
      expect(replacePattern(pattern, value, "<>", true), message).toBe(
        value.replaceAll(new RegExp(source(".*"), "g"), "<>"),
      );
    }
  }
});
