/** A value as a Dockerfile's ENV and LABEL read it back, in double quotes. Line ends cannot be written in one. */
export function quote(value: string): string {
  return `"${value.replaceAll(/["\\$]/g, String.raw`\$&`)}"`;
}
