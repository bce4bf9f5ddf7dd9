import { parseEnv } from "node:util";
import { LineIndex, type Problem } from "@slipway/errors";
import { CliError } from "./cli-error.ts";
import { readTextFile } from "./read-text-file.ts";

/** Variables from a file: a JSON object whose values are strings, numbers or booleans, or else `NAME=value` lines. */
export async function readVariableFile(file: string, cwd: string): Promise<Record<string, string>> {
  const text = (await readTextFile(file, cwd)).replace(/^\uFEFF/, "");
  return /^\s*[{[]/.test(text) || file.endsWith(".json") ? fromJson(file, text) : fromLines(file, text);
}

function fromJson(file: string, text: string): Record<string, string> {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw new CliError("CLI_BAD_VARIABLES", `${file} is no JSON: ${(cause as Error).message}`, { cause });
  }
  if (typeof data !== "object" || data === null || Array.isArray(data)) {
    throw new CliError("CLI_BAD_VARIABLES", `${file} holds no JSON object`, { hint: 'write { "NAME": "value" }' });
  }
  const wrong = Object.entries(data).filter(([, value]) => !["string", "number", "boolean"].includes(typeof value));
  if (wrong.length > 0) {
    const names = wrong.map(([name]) => `\`${name}\``).join(", ");
    throw new CliError("CLI_BAD_VARIABLES", `${file}: ${names} must be a string, a number or a boolean`);
  }
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, String(value)]));
}

function fromLines(file: string, text: string): Record<string, string> {
  const values = parseEnv(text) as Record<string, string>;
  if (Object.keys(values).length === 0 && text.trim() !== "" && !/^\s*#/.test(text)) {
    const problem: Problem<"CLI_BAD_VARIABLES"> = {
      code: "CLI_BAD_VARIABLES",
      message: "no variables are here",
      hint: "write NAME=value lines, or a JSON object",
      range: new LineIndex(text, file).range(0, text.indexOf("\n") < 0 ? text.length : text.indexOf("\n")),
    };
    throw new CliError(problem.code, `${file}: ${problem.message}`, { problems: [problem] });
  }
  return values;
}
