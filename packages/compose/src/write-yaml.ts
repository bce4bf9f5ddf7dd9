import { resolvePlain } from "./parse/resolve-scalar.ts";

/** Plain data as YAML in block style. */
export function writeYaml(value: Record<string, unknown>): string {
  return block(value, "").replace(/^\n/, "");
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0;
}

/** A value after its key or dash: on the same line where it fits, else indented below. */
function block(value: unknown, indent: string): string {
  if (typeof value !== "object" || value === null) return ` ${scalar(value)}\n`;
  if (isEmpty(value)) return Array.isArray(value) ? " []\n" : " {}\n";
  if (Array.isArray(value)) {
    return `\n${value.map((item) => `${indent}-${inItem(item, `${indent}  `)}`).join("")}`;
  }
  const lines = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .map(([key, field]) => `${indent}${text(key)}:${block(field, `${indent}  `)}`);
  return `\n${lines.join("")}`;
}

/** A mapping begins right behind its dash. */
function inItem(value: unknown, indent: string): string {
  const written = block(value, indent);
  return written.startsWith("\n") ? ` ${written.slice(1 + indent.length)}` : written;
}

function scalar(value: unknown): string {
  if (typeof value === "string") return text(value);
  if (typeof value !== "number" || Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? ".nan" : value > 0 ? ".inf" : "-.inf";
}

function text(value: string): string {
  const plain = /^[\w./][\w./@+-]*(?::[\w./@+-]+)*$/.test(value) && value !== "<<";
  // Old parsers read more words as booleans, and numbers with colons as such of base 60.
  const read = resolvePlain(value);
  const risky = /^(?:y|n|yes|no|on|off)$/i.test(value) || /^[-+.]*\d[\d:._]*$/.test(value);
  return plain && !risky && typeof read.value === "string" && !read.date ? value : JSON.stringify(value);
}
