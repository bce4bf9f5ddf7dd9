import { styleText } from "node:util";
import type { Output } from "./io.ts";

/** The styles that Slipway's output uses. */
export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan" | "magenta" | "blue";

/** The text in a style where the output takes colours; else as it is. */
export function paint(output: Output, style: Style, text: string): string {
  if (!(output.colours ?? output.isTTY)) return text;
  return styleText(style, text, { validateStream: false });
}
