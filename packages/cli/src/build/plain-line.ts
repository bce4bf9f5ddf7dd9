import { stripVTControlCharacters } from "node:util";

/** A line of a program's output as plain text: what it wrote last over the line, no control characters, tabs as blanks. */
export function plainLine(line: string): string {
  const bare = line.endsWith("\r") ? line.slice(0, -1) : line;
  return stripVTControlCharacters(bare.slice(bare.lastIndexOf("\r") + 1))
    .replaceAll("\t", "    ")
    .replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "");
}

/** The last lines of an output that have anything in them, at most `count`. */
export function lastLines(output: string, count: number): string[] {
  if (count <= 0) return [];
  return output
    .split("\n")
    .map(plainLine)
    .filter((line) => line.trim() !== "")
    .slice(-count);
}
