import stringWidth from "string-width";
import { formatDuration } from "../duration.ts";
import type { Output } from "../io.ts";
import { paint } from "../paint.ts";
import type { BuiltImage } from "./built-image.ts";
import { formatSize } from "./format-size.ts";

/** What was built, as a table for people. Which engine has an image is said where there are several. */
export function imageTable(images: readonly BuiltImage[], output: Output): string {
  const engines = images.map(({ image }) => image.engine).filter((engine) => engine !== undefined);
  const several = new Set(engines).size > 1;
  const rows = images.map((built) => rowOf(built, several));
  const heads = ["SERVICE", "IMAGE", "SIZE", "TIME", "STEPS", ...(several ? ["ENGINE"] : [])];
  const widths = heads.map((head, column) =>
    Math.max(...[head, ...rows.map((row) => row[column] ?? "")].map((text) => stringWidth(text))),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => fill(cell, widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  const lines = [paint(output, "bold", line(heads))];
  for (const [index, row] of rows.entries()) {
    const text = line(row);
    lines.push(images[index]?.image.successful ? text : paint(output, "red", text));
  }
  return `${lines.join("\n")}\n`;
}

function rowOf({ image, size, tags }: BuiltImage, several: boolean): string[] {
  const { serviceName, name, successful, external, startTime, endTime, engine } = image;
  return [
    serviceName,
    successful ? [name, ...tags].join(", ") : "failed",
    size === undefined ? "–" : formatSize(size),
    formatDuration(endTime - startTime),
    successful ? (external ? "from its registry" : stepsOf(image)) : "–",
    ...(several ? [engine ?? "–"] : []),
  ];
}

function stepsOf({ build, sharedWith }: BuiltImage["image"]): string {
  if (sharedWith !== undefined) return `same build as ${sharedWith}`;
  if (!build) return "–";
  return `${build.steps.filter((step) => step.cached).length} of ${build.steps.length} cached`;
}

function fill(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - stringWidth(text)));
}
