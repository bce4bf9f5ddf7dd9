const unit: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  "\u00B5s": 1e3,
  "\u03BCs": 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** Nanoseconds of a duration in Go's form, as `1m30s` or `1.5h`; undefined where it is none. */
export function parseDuration(text: string): number | undefined {
  const match = /^([+-]?)(.+)$/.exec(text);
  if (!match) return undefined;
  const [, sign, rest] = match as unknown as [string, string, string];
  if (rest === "0") return 0;
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|\u00B5s|\u03BCs|ms|s|m|h))+$/.test(rest)) return undefined;
  let total = 0;
  for (const [, number, name] of rest.matchAll(/([\d.]+)([^\d.]+)/g))
    total += Number(number) * (unit[name as string] as number);
  if (total > 2 ** 63) return undefined;
  return (sign === "-" ? -1 : 1) * Math.trunc(total);
}
