import { CliError } from "./cli-error.ts";

/** Reads `NAME=value` options. A name alone gives nothing to put in its place, so it is refused. */
export function readAssignments(values: readonly string[], option: string): Record<string, string> {
  const wrong = values.filter((value) => value.indexOf("=") <= 0);
  if (wrong.length > 0) {
    const read = wrong.map((value) => `\`${value}\``).join(", ");
    throw new CliError("CLI_BAD_OPTION", `${option} takes NAME=value; read ${read}`);
  }
  return Object.fromEntries(values.map((value) => value.split(/=(.*)/s).slice(0, 2) as [string, string]));
}
