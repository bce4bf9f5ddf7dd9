/** The boolean that a string stands for, in the spellings of YAML 1.1. */
export function readBoolean(text: string): boolean | undefined {
  const word = text.toLowerCase();
  if (["true", "yes", "y", "on"].includes(word)) return true;
  if (["false", "no", "n", "off"].includes(word)) return false;
  return undefined;
}
