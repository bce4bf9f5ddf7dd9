import type { LineIndex, Problem } from "@slipway/errors";
import type { DockerfileErrorCode } from "../dockerfile-error.ts";
import { lineEnd } from "./logical-line.ts";

const directive = /^\s*#\s*([A-Za-z][A-Za-z0-9]*)\s*=\s*(.+?)\s*$/;
const known = new Set(["escape", "syntax", "check"]);

/** Reads the parser directives: comments `# name=value` above everything else, a blank line included. */
export function readDirectives(
  source: string,
  index: LineIndex,
): { directives: Record<string, string>; problems: Problem<DockerfileErrorCode>[] } {
  const directives: Record<string, string> = {};
  const problems: Problem<DockerfileErrorCode>[] = [];
  for (let at = source.startsWith("\uFEFF") ? 1 : 0; at < source.length;) {
    const { content, next } = lineEnd(source, at);
    const match = directive.exec(source.slice(at, content));
    const name = match?.[1]?.toLowerCase();
    if (!match || name === undefined || !known.has(name)) break;
    const value = match[2] as string;
    const range = index.range(at, content);
    if (Object.hasOwn(directives, name)) {
      problems.push({ code: "DOCKERFILE_BAD_DIRECTIVE", message: `the directive \`${name}\` is there twice`, range });
    }
    if (name === "escape" && value !== "\\" && value !== "`") {
      const hint = "it is a backslash or a backtick";
      problems.push({
        code: "DOCKERFILE_BAD_DIRECTIVE",
        message: `\`${value}\` can't be the escape character`,
        hint,
        range,
      });
    }
    directives[name] = value;
    at = next;
  }
  return { directives, problems };
}
