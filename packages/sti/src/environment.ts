import type { Problem } from "@slipway/errors";
import type { StiErrorCode } from "./sti-error.ts";

/** Reads a source's `.s2i/environment`: `NAME=value` lines, the value verbatim; empty lines and comments are none. */
export function readEnvironment(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  for (const line of text.replace(/^\uFEFF/, "").split(/\r?\n/)) {
    const at = line.indexOf("=");
    if (at <= 0 || line.trimStart().startsWith("#")) continue;
    values[line.slice(0, at).trim()] = line.slice(at + 1);
  }
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
