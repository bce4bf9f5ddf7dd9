/** Whether a path as a whole matches. */
export type PathTest = (path: string) => boolean;

/**
 * A pattern of an ignore file by the rules of moby's patternmatcher: Go's filepath.Match (`*`, `?`, `[…]`, `\`), and `**`
 * for any number of folders. As there, a pattern with `**` at its start or end and nothing else special is a plain
 * comparison of the path's end or start, so that `**x` matches `ax`.
 *
 * @param pattern cleaned: no `!`, no leading slash
 * @returns undefined if it is malformed
 */
export function ignorePattern(pattern: string): PathTest | undefined {
  const regExp = compile(pattern, true);
  if (!regExp) return undefined;
  if (isPlain(pattern)) return (path) => path === pattern;
  if (pattern.startsWith("**") && isPlain(pattern.slice(2))) {
    const suffix = pattern.slice(2);
    const whole = suffix.startsWith("/") ? suffix.slice(1) : undefined;
    return (path) => path.endsWith(suffix) || path === whole;
  }
  if (pattern.endsWith("**") && isPlain(pattern.slice(0, -2))) {
    const start = pattern.slice(0, -2);
    return (path) => path.startsWith(start);
  }
  return (path) => regExp.test(path);
}

/** Go's filepath.Match over a whole path, where `**` is no more than `*`. Undefined if the pattern is malformed. */
export function compileGlob(pattern: string): RegExp | undefined {
  return compile(pattern, false);
}

function isPlain(pattern: string): boolean {
  return !/[*?[\]\\]/.test(pattern);
}

function compile(pattern: string, moby: boolean): RegExp | undefined {
  let source = "";
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i] as string;
    if (char === "*") {
      if (!moby || pattern[i + 1] !== "*") {
        source += "[^/]*";
        continue;
      }
      i += pattern[i + 2] === "/" ? 2 : 1;
      source += i + 1 === pattern.length ? ".*" : "(?:.*/)?";
    } else if (char === "?") source += "[^/]";
    else if (char === "\\") {
      i += 1;
      if (i === pattern.length) return undefined;
      source += literal(pattern[i] as string);
    } else if (char === "[") {
      const group = characterClass(pattern, i + 1);
      if (!group) return undefined;
      // With moby, a class that excludes characters matches a slash; with filepath.Match none does.
      source += moby ? group.source : `(?!/)${group.source}`;
      i = group.end;
    } else source += literal(char);
  }
  try {
    return new RegExp(`^${source}$`, "su");
  } catch {
    return undefined; // half of a surrogate pair
  }
}

/** `[` `^`? then characters and ranges, at least one, then `]`. A `-` or `]` that stands for itself needs a `\`. */
function characterClass(pattern: string, start: number): { source: string; end: number } | undefined {
  let i = start;
  let source = "[";
  if (pattern[i] === "^") {
    source += "^";
    i += 1;
  }
  const character = (): string | undefined => {
    if (pattern[i] === "-" || pattern[i] === "]") return undefined;
    if (pattern[i] === "\\") i += 1;
    const point = pattern.codePointAt(i);
    if (point === undefined) return undefined;
    const char = String.fromCodePoint(point);
    i += char.length;
    return char;
  };
  do {
    const low = character();
    if (low === undefined) return undefined;
    source += inClass(low);
    if (pattern[i] === "-") {
      i += 1;
      const high = character();
      if (high === undefined || (high.codePointAt(0) as number) < (low.codePointAt(0) as number)) return undefined;
      source += `-${inClass(high)}`;
    }
  } while (i < pattern.length && pattern[i] !== "]");
  return i < pattern.length ? { source: `${source}]`, end: i } : undefined;
}

function inClass(char: string): string {
  return char.replace(/[\\\]^[-]/, "\\$&");
}

function literal(char: string): string {
  return char.replace(/[.+*?^${}()|[\]\\/]/, "\\$&");
}
