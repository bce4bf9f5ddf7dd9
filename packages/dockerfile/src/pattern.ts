/** Why a text can't be expanded. */
export class ExpansionProblem {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

/** `value` without the pattern at its start: the shortest match, or the longest. */
export function trimPrefix(pattern: string, value: string, greedy: boolean): string {
  const match = new RegExp(`^${regexSource(pattern, greedy)}`, "u").exec(value);
  return match ? value.slice(match[0].length) : value;
}

/** `value` without the pattern at its end. Both are reversed, so that the shortest match is the one nearest the end. */
export function trimSuffix(pattern: string, value: string, greedy: boolean): string {
  return reverse(trimPrefix(reversePattern(pattern), reverse(value), greedy));
}

/** `value` with the first match of the pattern replaced, or all of them. */
export function replacePattern(pattern: string, value: string, replacement: string, all: boolean): string {
  return value.replace(new RegExp(regexSource(pattern, true), all ? "gu" : "u"), () => replacement);
}

const special = new Set("[]{}.+()|^$/");

/** @throws ExpansionProblem where a backslash stands before a character that needs none */
function regexSource(pattern: string, greedy: boolean): string {
  let source = "";
  const chars = Array.from(pattern);
  for (let i = 0; i < chars.length; i++) {
    let char = chars[i] as string;
    if (char === "*") source += greedy ? ".*" : ".*?";
    else if (char === "?") source += ".";
    else if (char === "\\") {
      // Before `}` and `/` the escape belongs to the `${…}`, not to the pattern.
      if (chars[i + 1] === "}" || chars[i + 1] === "/") continue;
      i += 1;
      char = chars[i] ?? "";
      if (char !== "*" && char !== "?" && char !== "\\") {
        throw new ExpansionProblem(`invalid escape \`\\${char}\` in the pattern \`${pattern}\``);
      }
      source += `\\${char}`;
    } else source += special.has(char) ? `\\${char}` : char;
  }
  return source;
}

function reverse(text: string): string {
  return Array.from(text).toReversed().join("");
}

function reversePattern(pattern: string): string {
  const units = Array.from(pattern.matchAll(/\\.|./gsu), ([unit]) => unit);
  return units.toReversed().join("");
}
