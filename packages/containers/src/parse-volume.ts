import path from "node:path";
import type { Mount } from "./backend/container-spec.ts";

/** A mount as people write it, or what is wrong with it. A source with a slash is a folder, else a volume's name. */
export function parseVolume(text: string): Mount | string {
  // A colon after one letter is a Windows drive's.
  const match = /^(?<source>(?:[A-Za-z]:[\\/])?[^:]+):(?<target>\/[^:]*)(?::(?<mode>ro|rw))?$/.exec(text);
  if (!match?.groups) return `\`${text}\` is no volume`;
  const { source = "", target = "", mode } = match.groups;
  const readOnly = mode === "ro";
  if (!/[\\/]/.test(source) && source !== "." && source !== "..") {
    return { type: "volume", source, target, readOnly };
  }
  return { type: "bind", source: path.isAbsolute(source) ? source : path.resolve(source), target, readOnly };
}
