const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 };

/** The milliseconds of a duration as people write it: `90`, in seconds, `90s`, `1.5m`, `1h30m`. Undefined if it is none. */
export function parseDuration(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^\d+(?:\.\d+)?$/.test(trimmed)) return positive(Number(trimmed) * 1000);
  if (!/^(?:\d+(?:\.\d+)?\s*(?:ms|s|min|m|h)\s*)+$/.test(trimmed)) return undefined;
  let sum = 0;
  for (const [, amount, unit = ""] of trimmed.matchAll(/(\d+(?:\.\d+)?)\s*(ms|s|min|m|h)/g)) {
    sum += Number(amount) * (units[unit] ?? 0);
  }
  return positive(sum);
}

/** No timer of Node's takes more. */
const longest = 2 ** 31 - 1;

function positive(milliseconds: number): number | undefined {
  return milliseconds >= 1 && milliseconds <= longest ? Math.round(milliseconds) : undefined;
}
