import { formatLocation, type SourceRange } from "./source-range.ts";

/** One mistake found in an input, or one reason why an operation failed. */
export interface Problem<Code extends string = string> {
  readonly code: Code;
  /** What was read and what is wrong with it. One sentence, no full stop needed. */
  readonly message: string;
  /** `error` unless said otherwise; warnings are reported but never thrown on their own. */
  readonly severity?: "error" | "warning";
  /** What to do about it. */
  readonly hint?: string;
  /** Where in a text. */
  readonly range?: SourceRange;
  /** Where in a document, as `services.web.ports[1]`. */
  readonly path?: string;
}

/**
 * The problem as text: `file:line:column: message`, an excerpt of `source` with a caret where it is given, and the hint
 * on a line of its own.
 */
export function formatProblem(problem: Problem, source?: string): string {
  const place = problem.range ? `${formatLocation(problem.range)}: ` : "";
  const kind = problem.severity === "warning" ? "warning: " : "";
  const lines = [`${place}${kind}${problem.message}`];
  if (problem.range && source !== undefined) lines.push(...excerpt(problem.range, source));
  if (problem.hint) lines.push(`  hint: ${problem.hint}`);
  return lines.join("\n");
}

function excerpt(range: SourceRange, source: string): string[] {
  const line = source.split(/\r\n|\n|\r/)[range.start.line - 1];
  if (line === undefined) return [];
  const last = range.end.line === range.start.line ? range.end.column : line.length + 1;
  const width = Math.max(1, Math.min(last, line.length + 1) - range.start.column);
  const gutter = String(range.start.line);
  // Tabs are kept in the indentation, so that the caret stands under its column whatever the tab width.
  const indent = line.slice(0, range.start.column - 1).replace(/[^\t]/g, " ");
  return [`  ${gutter} | ${line}`, `  ${" ".repeat(gutter.length)} | ${indent}${"^".repeat(width)}`];
}
