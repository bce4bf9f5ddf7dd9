import { expect, test } from "vitest";
import type { BuilderOutput } from "./builder-output.ts";
import { Mask } from "./mask.ts";

const log = (step: string, data: string, stream: "stdout" | "stderr" = "stdout"): BuilderOutput => {
  return { type: "log", step, stream, data };
};
const done = (id: string): BuilderOutput => ({ type: "step", id, name: id, state: "done" });

function masked(secrets: string[], ...outputs: BuilderOutput[]): BuilderOutput[] {
  const mask = new Mask(secrets);
  return [...outputs.flatMap((output) => [...mask.apply(output)]), ...mask.end()];
}

test("a secret spread over pieces of one step's output is masked; what only began like one is kept", () => {
  expect(
    masked(["tiger"], log("1", "a ti"), log("2", "ger"), log("1", "g"), log("1", "er b"), log("1", "tig"), done("1")),
  ).toEqual([log("1", "a "), log("2", "ger"), log("1", "*** b"), log("1", "tig"), done("1")]);
});

test("stdout and stderr are apart, and what is held at the end comes too", () => {
  expect(masked(["tiger"], log("1", "ti"), log("1", "ger", "stderr"), log("1", "t"))).toEqual([
    log("1", "ger", "stderr"),
    log("1", "ti"),
    log("1", "t"),
  ]);
});

test("of several lines each one, of secrets within each other the longer one; errors and warnings too", () => {
  const secrets = ["line one\r\nline two\n", "tiger", "tiger-lily"];
  expect(masked(secrets, log("1", "line two, tiger-lily, line one tigers\n"))).toEqual([
    log("1", "***, ***, *** ***s\n"),
  ]);
  const failed = { type: "step", id: "1", name: "RUN", state: "failed", error: "tiger!" } as const;
  expect(masked(secrets, failed)).toEqual([{ ...failed, error: "***!" }]);
  expect(masked(secrets, { type: "failure", message: "tiger" })).toEqual([{ type: "failure", message: "***" }]);
});

test("without secrets, or with short ones alone, everything passes as it is", () => {
  expect(masked(["abc", ""], log("1", "ab"), log("1", "c"))).toEqual([log("1", "ab"), log("1", "c")]);
});
