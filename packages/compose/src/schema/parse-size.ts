/**
 * A size such as `512m`, `1.5 GB` or `100` in bytes, as the engine's own tools read it: powers of 1024, whatever the
 * unit is called. -1 stands as it is. Undefined for what is no size.
 */
export function parseSize(text: string): number | undefined {
  const match = /^(-1|(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?) ?([kmgtp]?)i?b?$/i.exec(text);
  if (!match) return undefined;
  const power = ["", "k", "m", "g", "t", "p"].indexOf((match[2] ?? "").toLowerCase());
  return Math.trunc(Number(match[1]) * 1024 ** power);
}
