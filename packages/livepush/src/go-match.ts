/**
 * Whether a name matches a pattern by the rules of Go's `filepath.Match`, which COPY's wildcards follow: `*` and `?` stand
 * for anything but `/`, a leading dot included; `[a-z]`, `[^a-z]`; `\` takes the next character as it is.
 * A malformed pattern matches nothing.
 */
export function goMatch(pattern: string, name: string): boolean {
  return compile(pattern)?.test(name) ?? false;
}

/** Whether a COPY source holds a wildcard. */
export function hasWildcard(source: string): boolean {
  return /(?<!\\)(?:\\\\)*[*?[]/.test(source);
}

function compile(pattern: string): RegExp | undefined {
  let regexp = "";
  let at = 0;
  while (at < pattern.length) {
    const character = pattern[at++] as string;
    if (character === "*") regexp += "[^/]*";
    else if (character === "?") regexp += "[^/]";
    else if (character === "[") {
      const set = readSet(pattern, at);
      if (!set) return undefined;
      regexp += set.regexp;
      at = set.end;
    } else if (character === "\\") {
      const next = pattern[at++];
      if (next === undefined) return undefined;
      regexp += escape(next);
    } else regexp += escape(character);
  }
  return new RegExp(`^${regexp}$`, "su");
}

function readSet(pattern: string, start: number): { regexp: string; end: number } | undefined {
  let at = start;
  const negated = pattern[at] === "^";
  if (negated) at++;
  const readOne = (): string | undefined => {
    const character = pattern[at];
    if (character === undefined || character === "-" || character === "]") return undefined;
    at++;
    return character === "\\" ? pattern[at++] : character;
  };
  let ranges = "";
  do {
    const low = readOne();
    if (low === undefined) return undefined;
    let high: string | undefined = low;
    if (pattern[at] === "-") {
      at++;
      high = readOne();
      if (high === undefined) return undefined;
    }
    // An empty range, such as [z-a], holds nothing in Go and is an error in a RegExp.
    if (low <= high) ranges += `${escapeInSet(low)}-${escapeInSet(high)}`;
  } while (at < pattern.length && pattern[at] !== "]");
  if (pattern[at] !== "]") return undefined;
  const set = negated ? `[^/${ranges}]` : ranges === "" ? "(?!)" : `(?!/)[${ranges}]`;
  return { regexp: set, end: at + 1 };
}

function escape(character: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}

function escapeInSet(character: string): string {
  return /[\\\]^[-]/.test(character) ? `\\${character}` : character;
}
