import type { Problem, SourceRange } from "@slipway/errors";
import { ComposeError, type ComposeErrorCode } from "./compose-error.ts";
import { formatPath, type Path } from "./parse/path.ts";
import type { Span } from "./parse/source-text.ts";

/** Where a problem is and what to do about it. */
export interface ProblemPlace {
  readonly path?: Path | undefined;
  readonly span?: Span | undefined;
  readonly hint?: string | undefined;
}

/** Gathers the problems of a composition, so that all are told at once. */
export class ProblemList {
  readonly #errors: Problem<ComposeErrorCode>[] = [];
  readonly #warnings: Problem<ComposeErrorCode>[] = [];
  readonly #seen = new Set<string>();
  #incomplete = false;

  get hasErrors(): boolean {
    return this.#errors.length > 0;
  }

  /** Whether a file that is part of the project could not be read, so that nobody can say what is missing in it. */
  get incomplete(): boolean {
    return this.#incomplete;
  }

  get warnings(): Problem<ComposeErrorCode>[] {
    return inTextOrder(this.#warnings);
  }

  error(code: ComposeErrorCode, message: string, place: ProblemPlace = {}): void {
    this.#add(this.#errors, { code, message, ...located(place) });
  }

  warn(code: ComposeErrorCode, message: string, place: ProblemPlace = {}): void {
    this.#add(this.#warnings, { code, message, severity: "warning", ...located(place) });
  }

  /** Makes a warning an error. */
  fail(warning: Problem<ComposeErrorCode>): void {
    this.#add(this.#errors, { ...warning, severity: "error" });
  }

  markIncomplete(): void {
    this.#incomplete = true;
  }

  /** Takes over what another list has. */
  addAll(other: ProblemList): void {
    this.#incomplete ||= other.#incomplete;
    for (const problem of other.#errors) this.#add(this.#errors, problem);
    for (const problem of other.#warnings) this.#add(this.#warnings, problem);
  }

  /** Throws one ComposeError with all errors, if there are any. */
  throwIfAny(): void {
    ComposeError.throwAll(inTextOrder(this.#errors));
  }

  #add(list: Problem<ComposeErrorCode>[], problem: Problem<ComposeErrorCode>): void {
    // What one text holds may be met twice: through an alias, or in a file that is loaded for two reasons.
    const identity = JSON.stringify([problem.code, problem.severity, problem.message, problem.range ?? problem.path]);
    if (this.#seen.has(identity)) return;
    this.#seen.add(identity);
    list.push(problem);
  }
}

function located({ path, span, hint }: ProblemPlace): { path?: string; range?: SourceRange; hint?: string } {
  return {
    ...(path === undefined ? {} : { path: formatPath(path) }),
    ...(span === undefined ? {} : { range: span.source.range(span.start, span.end) }),
    ...(hint === undefined ? {} : { hint }),
  };
}

/** File by file in the order in which they were met, each from top to bottom; what has no place comes last. */
function inTextOrder(problems: readonly Problem<ComposeErrorCode>[]): Problem<ComposeErrorCode>[] {
  const files = new Map<string | undefined, number>();
  for (const { range } of problems) {
    if (range && !files.has(range.file)) files.set(range.file, files.size);
  }
  const rank = ({ range }: Problem): number => (range ? (files.get(range.file) ?? 0) : files.size);
  return problems.toSorted((a, b) => rank(a) - rank(b) || (a.range?.start.offset ?? 0) - (b.range?.start.offset ?? 0));
}
