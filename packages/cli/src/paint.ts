import { styleText } from "node:util";
import type { Output } from "./io.ts";

/** The styles that Slipway's output uses. */
export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan" | "magenta" | "blue";

/** The text in a style where a person's terminal is at the other end and NO_COLOR isn't set; else as it is. */
export function paint(output: Output, style: Style, text: string): string {
  if (!output.isTTY || process.env["NO_COLOR"]) return text;
  return styleText(style, text, { validateStream: false });
}
