import { LineIndex, type Problem, summarize } from "@slipway/errors";
import { ContextError, type ContextErrorCode } from "./context-error.ts";
import { compileGlob, ignorePattern, type PathTest } from "./ignore-pattern.ts";

/** Which files of a context are left out. */
export interface Ignore {
  /** Whether the file or folder at this path, relative to the context, is left out. */
  ignores(path: string): boolean;
  /** Whether something below this ignored folder may be let in again by an exception. */
  mayContainIncluded(directory: string): boolean;
}

/** Leaves nothing out. */
export const ignoreNothing: Ignore = { ignores: () => false, mayContainIncluded: () => false };

interface Rule {
  readonly matches: PathTest;
  readonly exception: boolean;
  /** The pattern's parts, for telling what an exception may let in. */
  readonly parts: readonly string[];
}

/**
 * Reads a `.dockerignore` by the rules of moby's patternmatcher: a pattern matches a path or any folder above it, the
 * last pattern that matches decides, `!` lets in again what was ignored, `**` stands for any number of folders, a leading
 * `/` for nothing.
 *
 * @throws {ContextError} `CONTEXT_BAD_PATTERN`, with every malformed pattern and its place
 */
export function parseIgnore(text: string, options: { readonly file?: string | undefined } = {}): Ignore {
  const rules: Rule[] = [];
  const problems: Problem<ContextErrorCode>[] = [];
  const index = new LineIndex(text, options.file);
  let offset = 0;
  for (const line of text.split("\n")) {
    const start = offset;
    offset += line.length + 1;
    const written = start === 0 ? line.replace(/^\uFEFF/, "") : line;
    const trimmed = written.trim();
    if (written.startsWith("#") || trimmed === "") continue;
    const exception = trimmed.startsWith("!");
    const named = exception ? trimmed.slice(1).trim() : trimmed;
    const pattern = cleanPattern(named);
    // Cleaned once more by moby, `!/` is a `!` without a pattern.
    const nothing = named === "" || (exception && pattern === "/");
    const matches = nothing ? undefined : ignorePattern(pattern);
    if (!matches) {
      const at = start + line.indexOf(trimmed);
      problems.push({
        code: "CONTEXT_BAD_PATTERN",
        message: nothing ? "`!` without a pattern" : `\`${trimmed}\` is no valid pattern`,
        hint: nothing
          ? "name what is to be let in"
          : "a `[` needs a `]` and something between them, a `\\` something after it",
        range: index.range(at, at + trimmed.length),
      });
    } else rules.push({ matches, exception, parts: pattern.split("/") });
  }
  const [first, ...more] = problems;
  if (first) {
    const { code, message, options: details } = summarize([first, ...more]);
    throw new ContextError(code, message, details);
  }
  return new Rules(rules);
}

/** What the rules say of a path, and which of them matched it or a folder above it. */
interface Verdict {
  readonly ignored: boolean;
  readonly matched: readonly boolean[];
}

const foldersKept = 1000;

class Rules implements Ignore {
  readonly #rules: readonly Rule[];
  readonly #exceptions: readonly Rule[];
  /** What is known of folders, since of the next path they are likely the same. */
  readonly #verdicts = new Map<string, Verdict>();

  constructor(rules: readonly Rule[]) {
    this.#rules = rules;
    this.#exceptions = rules.filter((rule) => rule.exception);
  }

  ignores(path: string): boolean {
    return this.#verdict(path).ignored;
  }

  /**
   * Moby's MatchesUsingParentResults, its oddity included: a rule is not tried where it would change nothing, so that an
   * exception for a folder which isn't ignored does nothing for the files in it.
   */
  #verdict(path: string): Verdict {
    const slash = path.lastIndexOf("/");
    const parent = slash > 0 ? this.#folderVerdict(path.slice(0, slash)) : undefined;
    let ignored = false;
    const matched = this.#rules.map((rule, i) => {
      const matches = parent?.matched[i] === true || (rule.exception === ignored && rule.matches(path));
      if (matches) ignored = !rule.exception;
      return matches;
    });
    return { ignored, matched };
  }

  #folderVerdict(folder: string): Verdict {
    let verdict = this.#verdicts.get(folder);
    if (verdict) return verdict;
    verdict = this.#verdict(folder);
    if (this.#verdicts.size >= foldersKept) this.#verdicts.clear();
    this.#verdicts.set(folder, verdict);
    return verdict;
  }

  mayContainIncluded(directory: string): boolean {
    const parts = directory.split("/");
    return this.#exceptions.some((rule) => reachesBelow(rule.parts, parts));
  }
}

/**
 * Whether a pattern may match something below a folder, though not the folder itself: it is longer than the folder's path
 * and its parts match so far. `**` and an excluding class may stand for several parts.
 */
function reachesBelow(pattern: readonly string[], folder: readonly string[]): boolean {
  for (const [i, part] of folder.entries()) {
    const wanted = pattern[i];
    if (wanted === undefined) return false;
    if (wanted.includes("**") || wanted.includes("[^")) return true;
    if (!compileGlob(wanted)?.test(part)) return false;
  }
  return pattern.length > folder.length;
}

/** Go's filepath.Clean, and a leading slash taken off. */
function cleanPattern(pattern: string): string {
  const rooted = pattern.startsWith("/");
  const parts: string[] = [];
  for (const part of pattern.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (!rooted) parts.push(part);
  }
  // Of these two, no path is one.
  return parts.length === 0 ? (rooted ? "/" : ".") : parts.join("/");
}
