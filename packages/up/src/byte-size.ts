const powers: Readonly<Record<string, number>> = { k: 1, m: 2, g: 3, t: 4, p: 5 };

/** A size of the compose specification (`64m`, `1gb`, `67108864`, `-1`) in bytes; undefined if it is none. */
export function sizeInBytes(value: string | number): number | undefined {
  if (typeof value === "number") return value;
  const match = /^(-?\d+(?:\.\d+)?) ?(?:([kmgtp])i?)?b?$/.exec(value.trim().toLowerCase());
  if (!match) return undefined;
  return Math.floor(Number(match[1]) * 1024 ** (powers[match[2] ?? ""] ?? 0));
}
