import { OptionProblems } from "./option-problems.ts";

/**
 * Reads the values of the one `NAME=value` option that a command has.
 * @throws CliError CLI_BAD_OPTION
 */
export function readAssignments(values: readonly string[], option: string): Record<string, string> {
  const problems = new OptionProblems();
  const assignments = problems.assignments(option, values);
  problems.throwIfAny();
  return assignments;
}
