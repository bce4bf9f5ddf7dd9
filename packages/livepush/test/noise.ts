import { createHash } from "node:crypto";

/** Text of so many characters that can't be packed; the same for the same seed. */
export function noise(seed: number | string, length: number): string {
  const parts: string[] = [];
  for (let i = 0, made = 0; made < length; i++) {
    const part = createHash("sha512").update(`${seed} ${i}`).digest("base64url").slice(0, 84);
    parts.push(part);
    made += part.length;
  }
  return parts.join("").slice(0, length);
}
