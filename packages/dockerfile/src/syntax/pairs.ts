import { isBlank } from "./space.ts";
import { splitWords } from "./words.ts";

/** A name and its value as written; undefined where there is none. */
export interface Pair {
  readonly name: string;
  readonly value: string | undefined;
}

/** What ENV or LABEL says: its pairs, or what is wrong with them. */
export type Pairs =
  | { readonly pairs: readonly Pair[]; readonly isLegacy: boolean }
  | { readonly problem: string; readonly isNameless?: true };

/** ENV's and LABEL's pairs: `a=b c="d e"`, or the older `name the rest`. */
export function readPairs(keyword: string, args: string, escape: string): Pairs {
  const words = splitWords(args, escape);
  if (!words[0]?.text.includes("=")) {
    let end = 0;
    while (end < args.length && !isBlank(args[end])) end += 1;
    let value = end;
    while (value < args.length && isBlank(args[value])) value += 1;
    if (end === args.length) return { problem: `${keyword} takes \`name=value\` pairs; read \`${args}\`` };
    return { pairs: [{ name: args.slice(0, end), value: args.slice(value) }], isLegacy: true };
  }
  const pairs: Pair[] = [];
  for (const { text } of words) {
    const at = text.indexOf("=");
    if (at < 0) return { problem: `${keyword} takes \`name=value\` pairs; \`${text}\` has no \`=\`` };
    if (at === 0)
      return { problem: `${keyword} takes \`name=value\` pairs; \`${text}\` has no name`, isNameless: true };
    pairs.push({ name: text.slice(0, at), value: text.slice(at + 1) });
  }
  return { pairs, isLegacy: false };
}

/** ARG's: `name`, `name=default`, several of them. */
export function readArgs(args: string, escape: string): Pairs {
  const pairs: Pair[] = [];
  for (const { text } of splitWords(args, escape)) {
    const at = text.indexOf("=");
    if (at === 0) return { problem: `ARG takes \`name\` or \`name=default\`; \`${text}\` has no name` };
    pairs.push(at < 0 ? { name: text, value: undefined } : { name: text.slice(0, at), value: text.slice(at + 1) });
  }
  return { pairs, isLegacy: false };
}
