import { readGoFloat } from "./read-number.ts";

/**
 * A size such as `512m`, `1.5 GB` or `100` in bytes, as the engine's own tools read it: powers of 1024, whatever the
 * unit is called. Undefined for what is no size.
 */
export function parseSize(text: string): number | undefined {
  const match = /^(.*[\d.])? ?([a-z]{0,3})$/is.exec(text);
  const amount = readGoFloat(match?.[1] ?? "");
  if (!match || amount === undefined || amount < 0) return undefined;
  const unit = /^(?:b|([kmgtp])(?:i?b)?)?$/.exec((match[2] ?? "").toLowerCase());
  if (!unit) return undefined;
  return Math.trunc(amount * 1024 ** ["", "k", "m", "g", "t", "p"].indexOf(unit[1] ?? ""));
}
