const nanoseconds: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
  d: 24 * 3600e9,
  w: 7 * 24 * 3600e9,
};

/** A duration such as `1m30s`, `1.5h` or `1w2d` in nanoseconds. Undefined for what is none. */
export function parseDuration(text: string): number | undefined {
  if (text === "0") return 0;
  const part = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h|d|w)/y;
  part.lastIndex = /^[-+]/.test(text) ? 1 : 0;
  let sum = 0;
  do {
    const [, amount, unit] = part.exec(text) ?? [];
    if (amount === undefined || unit === undefined) return undefined;
    sum += Number(amount) * (nanoseconds[unit] ?? Number.NaN);
  } while (part.lastIndex < text.length);
  // Go counts nanoseconds in 64 bits.
  return sum < 2 ** 63 ? Math.round(text.startsWith("-") ? -sum : sum) : undefined;
}

/** Nanoseconds as Go prints a duration: `1m30s`, `1.5s`, `250ms`, `0s`. */
export function formatDuration(duration: number): string {
  const sign = duration < 0 ? "-" : "";
  const size = Math.abs(duration);
  if (size === 0) return "0s";
  if (size < 1e3) return `${sign}${size}ns`;
  if (size < 1e6) return `${sign}${size / 1e3}µs`;
  if (size < 1e9) return `${sign}${size / 1e6}ms`;
  const hours = Math.floor(size / 3600e9);
  const minutes = Math.floor((size % 3600e9) / 60e9);
  const seconds = `${(size % 60e9) / 1e9}s`;
  if (hours > 0) return `${sign}${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${sign}${minutes}m${seconds}` : `${sign}${seconds}`;
}
