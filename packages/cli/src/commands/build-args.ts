import type { OptionProblems } from "../option-problems.ts";

/** Reads `--build-arg NAME=VALUE`. What cannot be is added to `problems`. */
export function buildArgsOf(pairs: readonly string[], problems: OptionProblems): Record<string, string> {
  const args: Record<string, string> = {};
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    if (at > 0) args[pair.slice(0, at)] = pair.slice(at + 1);
    else problems.add(`--build-arg takes NAME=VALUE; read \`${pair}\``);
  }
  return args;
}
