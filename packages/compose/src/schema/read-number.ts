/** The number that a string stands for. */
export function readNumber(text: string, whole: boolean): number | undefined {
  if (/^[-+]?\d+$/.test(text)) return Number(text);
  return whole ? undefined : readGoFloat(text);
}

/** The float that a string stands for in Go: underscores may stand between digits. */
export function readGoFloat(text: string): number | undefined {
  if (!/^[-+]?(?:\d(?:_?\d)*\.?(?:\d(?:_?\d)*)?|\.\d(?:_?\d)*)(?:[eE][-+]?\d+)?$/.test(text)) return undefined;
  return Number(text.replaceAll("_", ""));
}
