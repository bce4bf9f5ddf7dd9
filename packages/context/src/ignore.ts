import { compilePattern } from "./ignore-pattern.ts";
import { ContextError } from "./context-error.ts";
import { LineIndex, type Problem } from "@slipway/errors";
import type { ContextErrorCode } from "./context-error.ts";
import { summarize } from "@slipway/errors";

/** Which files of a context are left out. */
export interface Ignore {
  /** Whether the file or folder at this path, relative to the context, is left out. */
  ignores(path: string): boolean;
  /** Whether something below this ignored folder may be let in again by an exception. */
  mayContainIncluded(directory: string): boolean;
}

/** Leaves nothing out. */
export const ignoreNothing: Ignore = { ignores: () => false, mayContainIncluded: () => true };

interface Rule {
  readonly matches: RegExp;
  readonly exception: boolean;
  /** The pattern's parts, for telling what an exception may let in. */
  readonly parts: readonly string[];
}

/**
 * Reads a `.dockerignore` by the rules of moby's patternmatcher: a pattern matches a path or any folder above it, the
 * last pattern that matches decides, `!` lets in again, `**` stands for any number of folders.
 * @throws ContextError CONTEXT_BAD_PATTERN for every malformed pattern, with its line
 */
export function parseIgnore(text: string, options: { readonly file?: string | undefined } = {}): Ignore {
  const rules: Rule[] = [];
  const problems: Problem<ContextErrorCode>[] = [];
  const index = new LineIndex(text, options.file);
  let offset = 0;
  for (const line of text.split("\n")) {
    const start = offset;
    offset += line.length + 1;
    const trimmed = (start === 0 ? line.replace(/^\uFEFF/, "") : line).trim();
    if (line.startsWith("#") || trimmed === "") continue;
    const exception = trimmed.startsWith("!");
    const pattern = cleanPattern(exception ? trimmed.slice(1).trim() : trimmed);
    if (exception && pattern === "") {
      problems.push({
        code: "CONTEXT_BAD_PATTERN",
        message: "`!` without a pattern",
        hint: "name what is to be let in",
        range: index.range(start, start + line.length),
      });
      continue;
    }
    if (pattern === "" || pattern === ".") continue;
    const matches = compilePattern(pattern);
    if (!matches) {
      problems.push({
        code: "CONTEXT_BAD_PATTERN",
        message: `\`${trimmed}\` is no valid pattern`,
        hint: "close the `[` and let something follow the `\\`",
        range: index.range(start, start + line.length),
      });
      continue;
    }
    rules.push({ matches, exception, parts: pattern.split("/") });
  }
  const [first, ...more] = problems;
  if (first) {
    const { code, message, options: details } = summarize([first, ...more]);
    throw new ContextError(code, message, details);
  }
  return new Rules(rules);
}

class Rules implements Ignore {
  readonly #rules: readonly Rule[];
  readonly #exceptions: readonly Rule[];

  constructor(rules: readonly Rule[]) {
    this.#rules = rules;
    this.#exceptions = rules.filter((rule) => rule.exception);
  }

  ignores(path: string): boolean {
    const candidates = selfAndParents(path);
    let ignored = false;
    for (const rule of this.#rules) {
      // A rule that would change nothing needs no matching.
      if (rule.exception !== ignored) continue;
      if (candidates.some((candidate) => rule.matches.test(candidate))) ignored = !rule.exception;
    }
    return ignored;
  }

  mayContainIncluded(directory: string): boolean {
    const parts = directory.split("/");
    return this.#exceptions.some((rule) =>
      parts.every((part, i) => {
        const wanted = rule.parts[i];
        if (rule.parts.slice(0, i + 1).includes("**")) return true;
        return wanted !== undefined && (compilePattern(wanted)?.test(part) ?? true);
      }),
    );
  }
}

function selfAndParents(path: string): string[] {
  const result = [path];
  for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1)) result.push(path.slice(0, at));
  return result;
}

/** Go's filepath.Clean and a leading slash taken off. */
function cleanPattern(pattern: string): string {
  const parts: string[] = [];
  for (const part of pattern.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (part !== ".." || !pattern.startsWith("/")) parts.push(part);
  }
  return parts.join("/");
}
