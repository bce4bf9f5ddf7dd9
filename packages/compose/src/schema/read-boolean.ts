/** The boolean that a string stands for, in the spellings that YAML 1.1 and Go know. */
export function readBoolean(text: string): boolean | undefined {
  const word = text.toLowerCase();
  if (["true", "t", "yes", "y", "on", "1"].includes(word)) return true;
  if (["false", "f", "no", "n", "off", "0"].includes(word)) return false;
  return undefined;
}
