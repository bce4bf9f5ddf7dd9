import { expect, test } from "vitest";
import type { ComposeError } from "../compose-error.ts";
import { parseDocuments } from "../parse/parse-documents.ts";
import { plainValue } from "../parse/plain-value.ts";
import { SourceText } from "../parse/source-text.ts";
import { ProblemList } from "../problem-list.ts";
import { interpolate } from "./interpolate.ts";

function run(text: string): { value: unknown; errors: string[]; warnings: string[] } {
  const problems = new ProblemList();
  const [document] = parseDocuments(new SourceText(text, "f"), problems);
  const value = plainValue(interpolate(document!.root, (name) => ({ A: "1", E: "" })[name], problems));
  const line = ({ range, path, message }: (typeof problems.warnings)[number]): string =>
    `${range?.start.line}:${range?.start.column}-${range?.end.column} ${path} ${message}`;
  try {
    problems.throwIfAny();
    return { value, errors: [], warnings: problems.warnings.map(line) };
  } catch (error) {
    return { value, errors: (error as ComposeError).problems.map(line), warnings: problems.warnings.map(line) };
  }
}

test("values are interpolated, whatever their style, keys are not; what is replaced stays text", () => {
  expect(run('$A: $A\nb: ["${A}", \'${A}\', {c: "x$$A"}]\nd: 5\n').value).toEqual({
    $A: "1",
    b: ["1", "1", { c: "x$A" }],
    d: 5,
  });
});

test("problems point at the variable inside of the text", () => {
  const { errors, warnings } = run('a: x $NO y\nb: "q ${X?why}"\nc: \'${}\'\nd: "\\t$NO"\ne: |\n  ${B\n');
  expect(warnings).toEqual([
    "1:6-9 a variable NO is not set: an empty string takes its place",
    "4:4-11 d variable NO is not set: an empty string takes its place",
  ]);
  expect(errors).toEqual([
    "2:7-15 b variable X is required and has no value: why",
    expect.stringMatching(/^3:5-8 c `\$\{\}` is no variable/),
    expect.stringMatching(/^6:\d+-\d+ e `\$\{` has no closing `\}`/),
  ]);
});

test("nesting has an end", () => {
  const text = `a: "${"${X:-".repeat(5000)}${"}".repeat(5000)}"\n`;
  expect(run(text).errors).toEqual([expect.stringContaining("variables are nested more than 50 times")]);
});
