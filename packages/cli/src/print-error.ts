import { readFileSync } from "node:fs";
import path from "node:path";
import { formatProblem, isSlipwayError, type Problem } from "@slipway/errors";
import type { Io } from "./io.ts";
import { paint } from "./paint.ts";

/** Prints an error as a person can act on it: every problem with its place, an excerpt of the file, and the hint. */
export function printError(error: unknown, io: Io): void {
  const label = paint(io.stderr, "red", "error:");
  if (!isSlipwayError(error)) {
    const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
    io.stderr.write(`${label} ${message}\n`);
    // Not one of ours, so a bug: the stack is what a report needs.
    if (stack) io.stderr.write(`${stack.split("\n").slice(1).join("\n")}\n`);
    return;
  }
  for (const problem of error.problems) {
    io.stderr.write(`${label} ${formatProblem(problem, sourceOf(problem, io))}\n`);
  }
}

/** Prints warnings, in the same form. */
export function printWarnings(warnings: readonly Problem[], io: Io): void {
  for (const warning of warnings) {
    const text = formatProblem({ ...warning, severity: "error" }, sourceOf(warning, io));
    io.stderr.write(`${paint(io.stderr, "yellow", "warning:")} ${text}\n`);
  }
}

function sourceOf(problem: Problem, io: Io): string | undefined {
  if (problem.range?.file === undefined) return undefined;
  try {
    return readFileSync(path.resolve(io.cwd, problem.range.file), "utf8");
  } catch {
    return undefined; // a text that never was a file here
  }
}
