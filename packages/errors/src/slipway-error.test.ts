import { expect, test } from "vitest";
import { LineIndex } from "./line-index.ts";
import { formatProblem, type Problem } from "./problem.ts";
import { isSlipwayError, SlipwayError, summarize } from "./slipway-error.ts";

const source = "services:\n\tweb:\n    imgae: x\n";
const index = new LineIndex(source, "compose.yaml");
const problem: Problem<"UNKNOWN"> = {
  code: "UNKNOWN",
  message: "unknown field `imgae`",
  hint: "did you mean `image`?",
  range: index.range(20, 25),
};

test("a problem prints with its place, a caret under it, and the hint", () => {
  expect(formatProblem(problem, source)).toBe(
    [
      "compose.yaml:3:5: unknown field `imgae`",
      "  3 |     imgae: x",
      "    |     ^^^^^",
      "  hint: did you mean `image`?",
    ].join("\n"),
  );
});

test("the caret keeps a line's tabs and ends with its line", () => {
  const range = index.range(11, 25);
  expect(formatProblem({ code: "X", message: "m", range }, source).split("\n").slice(1)).toEqual([
    "  2 | \tweb:",
    "    | \t^^^^",
  ]);
});

test("an error carries at least one problem and is known by its code, also across copies of the package", () => {
  const error = new SlipwayError("FAILED", "it failed", { hint: "try again", cause: new Error("why") });
  expect(error.problems).toEqual([{ code: "FAILED", message: "it failed", hint: "try again" }]);
  expect(isSlipwayError(error, "FAILED")).toBe(true);
  expect(isSlipwayError(error, "OTHER")).toBe(false);
  expect(isSlipwayError(new Error("FAILED"))).toBe(false);
  expect(isSlipwayError({ [Symbol.for("dev.slipway.error")]: true, code: "FAILED" }, "FAILED")).toBe(true);
});

test("several problems make one message that lists them all", () => {
  const { code, message, options } = summarize([problem, { code: "UNKNOWN", message: "another" }]);
  const error = new SlipwayError(code, message, options);
  expect(error.message).toBe("compose.yaml:3:5: unknown field `imgae`\nanother");
  expect(error.problems).toHaveLength(2);
  expect(error.hint).toBe("did you mean `image`?");
});
