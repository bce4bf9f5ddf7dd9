/**
 * A pattern of a `.dockerignore` as a regular expression over a whole path: Go's filepath.Match (`*`, `?`, `[…]`, `\`)
 * and `**`. Undefined where it is malformed. Shared with `COPY`'s wildcards by {@link compileGlob}.
 */
export function compilePattern(pattern: string): RegExp | undefined {
  return compile(pattern, true);
}

/** Go's filepath.Match over a whole path, where `**` is no more than `*`. Undefined where the pattern is malformed. */
export function compileGlob(pattern: string): RegExp | undefined {
  return compile(pattern, false);
}

function compile(pattern: string, doubleStar: boolean): RegExp | undefined {
  let source = "^";
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i] as string;
    if (char === "*") {
      if (doubleStar && pattern[i + 1] === "*") {
        i += 1;
        if (pattern[i + 1] === "/") i += 1;
        // Any number of folders, none included; at the end, everything below.
        source += i + 1 === pattern.length ? ".*" : "(?:.*/)?";
      } else source += "[^/]*";
    } else if (char === "?") source += "[^/]";
    else if (char === "\\") {
      i += 1;
      if (i >= pattern.length) return undefined;
      source += escape(pattern[i] as string);
    } else if (char === "[") {
      const end = classEnd(pattern, i);
      if (end === undefined) return undefined;
      source += characterClass(pattern.slice(i + 1, end));
      i = end;
    } else source += escape(char);
  }
  try {
    return new RegExp(`${source}$`, "s");
  } catch {
    return undefined; // such as a range that runs backwards
  }
}

function classEnd(pattern: string, start: number): number | undefined {
  let i = start + 1;
  if (pattern[i] === "^") i += 1;
  const first = i;
  for (; i < pattern.length; i++) {
    if (pattern[i] === "\\") i += 1;
    else if (pattern[i] === "]") return i === first ? undefined : i;
  }
  return undefined;
}

function characterClass(content: string): string {
  const negated = content.startsWith("^");
  const body = (negated ? content.slice(1) : content).replaceAll(/\\?([\\\][^])/g, "\\$1");
  return negated ? `(?!/)[^${body}]` : `(?!/)[${body}]`;
}

function escape(char: string): string {
  return char.replace(/[.+*?^${}()|[\]\\/]/, "\\$&");
}
