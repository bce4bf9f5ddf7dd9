import type { Problem } from "@slipway/errors";
import { StiError, type StiErrorCode } from "./sti-error.ts";

/**
 * Reads a source's `.s2i/environment`: `NAME=value` lines, the value verbatim; empty lines and comments are none.
 * @throws StiError STI_BAD_SOURCE with all lines that name no variable
 */
export function readEnvironment(text: string, file = ".s2i/environment"): Record<string, string> {
  const values: Record<string, string> = {};
  const problems: Problem<StiErrorCode>[] = [];
  for (const [index, line] of text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .entries()) {
    const at = line.indexOf("=");
    if (at < 0 || line.trimStart().startsWith("#")) continue;
    const name = line.slice(0, at).trim();
    const [problem] = environmentProblems({ [name]: line.slice(at + 1) });
    if (problem) {
      const start = { line: index + 1, column: 1, offset: 0 };
      const end = { ...start, column: at + 1 };
      const message = `\`${name}\` is no variable's name`;
      problems.push({ ...problem, code: "STI_BAD_SOURCE", message, range: { file, start, end } });
    } else values[name] = line.slice(at + 1);
  }
  const error = StiError.of(problems);
  if (error) throw error;
  return values;
}

/** What is wrong with variables that scripts and image are to have. */
export function environmentProblems(environment: Readonly<Record<string, string>>): Problem<StiErrorCode>[] {
  return Object.entries(environment).flatMap(([name, value]): Problem<StiErrorCode>[] => {
    const code = "STI_BAD_REQUEST";
    if (!/^[^\s=\0"'`$\\#]+$/.test(name)) {
      const hint = "a name has neither spaces nor quotes, nor any of = $ \\ #";
      return [{ code, message: `environment: \`${name}\` is no variable's name`, hint }];
    }
    if (typeof value !== "string" || value.includes("\0")) {
      return [{ code, message: `environment.${name} is no text without NUL`, hint: "give a string" }];
    }
    return [];
  });
}
