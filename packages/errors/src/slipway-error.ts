import { formatProblem, type Problem } from "./problem.ts";
import type { SourceRange } from "./source-range.ts";

const brand = Symbol.for("dev.slipway.error");

/** What a {@link SlipwayError} may carry besides its code and message. */
export interface SlipwayErrorOptions<Code extends string = string> {
  /** What to do about it. */
  readonly hint?: string | undefined;
  /** Where in a text. */
  readonly range?: SourceRange | undefined;
  /** The error that led to this one. */
  readonly cause?: unknown;
  /** Every problem of the input, where there can be several. */
  readonly problems?: readonly Problem<Code>[] | undefined;
}

/**
 * The base of every error that Slipway throws on purpose. Each package has one subclass with its own union of codes.
 * Recognise an error by its `code` (see {@link isSlipwayError}), not by `instanceof`: two copies of a package may be
 * loaded at once.
 */
export class SlipwayError<Code extends string = string> extends Error {
  override readonly name: string = "SlipwayError";
  readonly code: Code;
  readonly hint: string | undefined;
  readonly range: SourceRange | undefined;
  /** All problems of the input, in the order of the text; never empty. */
  readonly problems: readonly Problem<Code>[];

  constructor(code: Code, message: string, options: SlipwayErrorOptions<Code> = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.range = options.range;
    // A registered symbol, so that isSlipwayError knows an error of another copy of this package too.
    Object.defineProperty(this, brand, { value: true });
    this.problems = options.problems?.length ? options.problems : [this.#asProblem()];
  }

  #asProblem(): Problem<Code> {
    return {
      code: this.code,
      message: this.message,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      ...(this.range === undefined ? {} : { range: this.range }),
    };
  }
}

/** Whether `value` is a {@link SlipwayError}, of any copy of this package, and, if `code` is given, has that code. */
export function isSlipwayError<Code extends string = string>(value: unknown, code?: Code): value is SlipwayError<Code> {
  if (typeof value !== "object" || value === null || !(brand in value)) return false;
  return code === undefined || (value as { code?: unknown }).code === code;
}

/**
 * The code, message, hint and range that an error made of several problems takes from them: the first problem's, and a
 * message that lists all of them. For the constructors of subclasses.
 */
export function summarize<Code extends string>(
  problems: readonly [Problem<Code>, ...Problem<Code>[]],
): { code: Code; message: string; options: SlipwayErrorOptions<Code> } {
  const [first] = problems;
  const message =
    problems.length === 1 && !first.range
      ? first.message
      : problems.map((problem) => formatProblem(withoutHint(problem))).join("\n");
  return { code: first.code, message, options: { hint: first.hint, range: first.range, problems } };
}

function withoutHint<Code extends string>(problem: Problem<Code>): Problem<Code> {
  const { hint: _, ...rest } = problem;
  return rest;
}
