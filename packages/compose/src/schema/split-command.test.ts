import { expect, test } from "vitest";
import { splitCommand } from "./split-command.ts";

test.each<[string, string[]]>([
  ["a b  c", ["a", "b", "c"]],
  [String.raw`a "b \n c" d\ e \\`, ["a", "b n c", "d e", "\\"]],
  ["a # b", ["a", "#", "b"]],
  ["''", [""]],
  ["a '' b", ["a", "", "b"]],
  [" ", []],
  ["", []],
  [`a 'b'"c"d`, ["a", "bcd"]],
  ["a\nb\tc", ["a", "b", "c"]],
  ["a `b c` d", ["a", "`b c`", "d"]],
  ["a $(b) $X", ["a", "$(b)", "$X"]],
  ['a "$(b c)" x', ["a", "$(b c)", "x"]],
  ['"a;b" \\; c', ["a;b", ";", "c"]],
])("%j", (text, words) => {
  expect(splitCommand(text)).toEqual({ words });
});

test.each<[string, string[], string]>([
  ["a && b", ["a"], "&& b"],
  ["a;b", ["a"], ";b"],
  ["a 2>x", ["a"], ">x"],
  ["a b2>x", ["a", "b2"], ">x"],
  ["; a", [], "; a"],
])("%j is cut", (text, words, dropped) => {
  expect(splitCommand(text)).toEqual({ words, dropped });
});

test.each(['a "b', "a 'b", "a `b", "a \\", '"a\\', "a (b)", "a b)", "a $(b"])("%j is none", (text) => {
  expect(splitCommand(text)).toBeUndefined();
});
