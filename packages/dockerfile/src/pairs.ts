import { splitWords } from "./words.ts";

type Pair = readonly [name: string, value: string | undefined];

/** ENV's and LABEL's pairs: `a=b c="d e"`, or the older `name the rest`. Undefined where a word is no pair. */
export function envPairs(args: string, escape: string, expandText: (text: string) => string): Pair[] | undefined {
  const words = splitWords(args, escape);
  const first = words[0]?.text ?? "";
  if (!first.includes("=")) {
    const match = /^(\S+)[ \t]+(.*)$/s.exec(args);
    return match ? [[expandText(match[1] as string), expandText(match[2] as string)]] : undefined;
  }
  const pairs: Pair[] = [];
  for (const { text } of words) {
    const at = text.indexOf("=");
    if (at <= 0) return undefined;
    pairs.push([expandText(text.slice(0, at)), expandText(text.slice(at + 1))]);
  }
  return pairs;
}

/** ARG's: `name`, `name=default`, several of them; each default sees the ones before it only if `expandText` does. */
export function* argPairs(args: string, expandText: (text: string) => string): Generator<Pair, void, undefined> {
  for (const { text } of splitWords(args, "\\")) {
    const at = text.indexOf("=");
    if (at < 0) yield [expandText(text), undefined];
    else yield [text.slice(0, at), expandText(text.slice(at + 1))];
  }
}
