/** The number that a string stands for. */
export function readNumber(text: string, whole: boolean): number | undefined {
  if (/^[-+]?\d+$/.test(text)) return Number(text);
  if (whole || !/^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(text)) return undefined;
  return Number(text);
}
