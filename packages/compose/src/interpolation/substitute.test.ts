import { expect, test } from "vitest";
import { substitute } from "./substitute.ts";

const variables: Record<string, string> = { V: "val", E: "", _a1: "u" };
const lookup = (name: string): string | undefined => variables[name];

test.each([
  ["none", "none"],
  ["$V$V-$V.x", "valval-val.x"],
  ["${V}y${_a1}", "valyu"],
  ["a$1 b$ $(date) $", "a$1 b$ $(date) $"],
  ["$$V $$$V $${V}", "$V $val ${V}"],
  ["${X:-d}${X-d}${E:-e}${E-e}", "ddee".slice(0, 3)],
  ['${X:-{"a":1}}', '{"a":1}'],
  ["${X:-a}b}", "ab}"],
  ["${X:-}}", "}"],
  ["${X:-{}", "{"],
  ["${X:-${V}-$V}", "val-val"],
  ["${X:-${Y:-${Z-deep}}}", "deep"],
  ["${X:-$$V}", "$V"],
  ["${E+x}${E:+x}${V:+${V}y}${X+q}", "xvaly"],
  ["${X-a:?b}", "a:?b"],
  ["${V:?no}${V?no}${E?no}", "valval"],
])("%s → %s", (text, expected) => {
  expect(substitute(text, lookup)).toEqual({ text: expected, issues: [] });
});

test("a variable without a value is told with its place", () => {
  expect(substitute("ab $X ${Y}", lookup)).toEqual({
    text: "ab  ",
    issues: [
      { kind: "unset", message: "variable X is not set: an empty string takes its place", start: 3, end: 5 },
      { kind: "unset", message: "variable Y is not set: an empty string takes its place", start: 6, end: 10 },
    ],
  });
});

test("what is required and missing, with its reason and its place", () => {
  const { issues } = substitute("-${X:?need $V}${E:?}${Z?}${Y:-${Q?deep}}", lookup);
  expect(issues.map(({ kind, message, start, end }) => [kind, message, start, end])).toEqual([
    ["required", "variable X is required and has no value: need val", 1, 14],
    ["required", "variable E is required and has no value", 14, 20],
    ["required", "variable Z is required and has no value", 20, 25],
    ["required", "variable Q is required and has no value: deep", 30, 39],
  ]);
});

test.each(["${}", "${V }", "${V:x}", "${1V}", "${V:=x}", "${X:-a\nb}", "${V", "${X:-${V}"])(
  "%j is no variable",
  (text) => {
    expect(substitute(text, lookup).issues.map(({ kind }) => kind)).toEqual(["syntax"]);
  },
);
