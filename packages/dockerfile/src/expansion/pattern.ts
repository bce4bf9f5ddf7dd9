/** Why a text can't be expanded. */
export class ExpansionProblem {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

/** `value` without the pattern at its start: the shortest match, or the longest. */
export function trimPrefix(pattern: string, value: string, greedy: boolean): string {
  const chars = Array.from(value);
  const end = matchEnd(readPattern(pattern), chars, 0, greedy).end;
  return end === undefined ? value : chars.slice(end).join("");
}

/** `value` without the pattern at its end. Both are reversed, so that the match nearest the end is the first. */
export function trimSuffix(pattern: string, value: string, greedy: boolean): string {
  const chars = Array.from(value).toReversed();
  const end = matchEnd(readPattern(pattern).toReversed(), chars, 0, greedy).end;
  return end === undefined ? value : chars.slice(end).toReversed().join("");
}

/** `value` with the first match of the pattern, the longest there, replaced, or all of them. */
export function replacePattern(pattern: string, value: string, replacement: string, all: boolean): string {
  const tokens = readPattern(pattern);
  const chars = Array.from(value);
  const result: string[] = [];
  for (let at = 0; at <= chars.length;) {
    const { end, sawStar } = matchEnd(tokens, chars, at, true);
    if (end !== undefined && end > at) {
      result.push(replacement);
      at = end;
      if (!all) return result.join("") + chars.slice(at).join("");
      continue;
    }
    if (end === at) {
      result.push(replacement);
      if (!all) return result.join("") + chars.slice(at).join("");
    }
    // Whatever a match further on this line could take, a star here could have taken too.
    const newline = end === undefined && sawStar ? chars.indexOf("\n", at) : at;
    const next = newline < 0 ? chars.length : newline + 1;
    result.push(...chars.slice(at, next));
    at = next > at ? next : at + 1;
    if (at === chars.length && (newline < 0 || tokens.length > 0)) break;
  }
  return result.join("");
}

const star = Symbol("*");
const any = Symbol("?");
type Token = typeof star | typeof any | string;

/** @throws ExpansionProblem where a backslash stands before a character that needs none */
function readPattern(pattern: string): Token[] {
  const tokens: Token[] = [];
  const chars = Array.from(pattern);
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i] as string;
    if (char === "*") tokens.push(star);
    else if (char === "?") tokens.push(any);
    else if (char !== "\\") tokens.push(char);
    // Before `}` and `/` the escape belongs to the `${…}`, not to the pattern.
    else if (chars[i + 1] !== "}" && chars[i + 1] !== "/") {
      i += 1;
      const escaped = chars[i] ?? "";
      if (escaped !== "*" && escaped !== "?" && escaped !== "\\") {
        throw new ExpansionProblem(`invalid escape \`\\${escaped}\` in the pattern \`${pattern}\``);
      }
      tokens.push(escaped);
    }
  }
  return tokens;
}

/**
 * Where a match that starts at `start` ends. All ways through the pattern are followed at once, so that the time is
 * bounded by the lengths of both. Neither `*` nor `?` goes over a line's end.
 */
function matchEnd(
  tokens: readonly Token[],
  chars: readonly string[],
  start: number,
  longest: boolean,
): { end: number | undefined; sawStar: boolean } {
  let states = new Set<number>();
  let sawStar = false;
  const enter = (into: Set<number>, state: number): void => {
    let at = state;
    into.add(at);
    while (tokens[at] === star) {
      sawStar = true;
      at += 1;
      into.add(at);
    }
  };
  enter(states, 0);
  let end: number | undefined;
  for (let at = start; states.size > 0; at++) {
    if (states.has(tokens.length)) {
      end = at;
      if (!longest) break;
    }
    const char = chars[at];
    if (char === undefined) break;
    const next = new Set<number>();
    for (const state of states) {
      const token = tokens[state];
      if (token === star ? char !== "\n" : false) enter(next, state);
      else if (token === char || (token === any && char !== "\n")) enter(next, state + 1);
    }
    states = next;
  }
  return { end, sawStar };
}
