import { didYouMean, type Problem, summarize } from "@slipway/errors";
import { CliError, type CliErrorCode } from "./cli-error.ts";

/** Collects what is wrong with a command line, so that all of it is told at once. */
export class OptionProblems {
  readonly #problems: Problem<CliErrorCode>[] = [];

  add(message: string, hint?: string): void {
    this.#problems.push({ code: "CLI_BAD_OPTION", message, ...(hint === undefined ? {} : { hint }) });
  }

  /** The value if it is one of those that an option takes. */
  choice<Choice extends string>(
    flag: string,
    value: string | undefined,
    choices: readonly Choice[],
  ): Choice | undefined {
    const known = choices.find((choice) => choice === value);
    if (value !== undefined && known === undefined) {
      const near = didYouMean(value, choices);
      const all = `${choices.slice(0, -1).join(", ")} or ${choices.at(-1)}`;
      this.add(`${flag} takes ${all}; read \`${value}\``, near && `did you mean \`${near}\`?`);
    }
    return known;
  }

  /** `NAME=value` options. A name alone gives nothing to put in its place, so it is wrong. */
  assignments(flag: string, values: readonly string[]): Record<string, string> {
    const wrong = values.filter((value) => value.indexOf("=") <= 0);
    if (wrong.length > 0) this.add(`${flag} takes NAME=value; read ${wrong.map((value) => `\`${value}\``).join(", ")}`);
    return Object.fromEntries(values.map((value) => value.split(/=(.*)/s).slice(0, 2) as [string, string]));
  }

  /** A whole number of at least `least`. */
  count(flag: string, value: string | undefined, least: number): number | undefined {
    if (value === undefined) return undefined;
    const count = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    if (count >= least) return count;
    this.add(`${flag} takes a whole number from ${least} on; read \`${value}\``);
    return undefined;
  }

  /** Throws one error for all of it, if there is anything. */
  throwIfAny(): void {
    const [first, ...more] = this.#problems;
    if (!first) return;
    const { code, message, options } = summarize([first, ...more]);
    throw new CliError(code, message, options);
  }
}
