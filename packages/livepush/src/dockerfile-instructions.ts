import { parse } from "@slipway/dockerfile";

/** What of a Dockerfile matters: not its comments, though directives among them do. */
export function dockerfileInstructions(text: string | undefined): string {
  try {
    const tree = parse(text ?? "");
    const directives = tree.comments.filter((comment) => comment.text.startsWith("dev-"));
    return [...directives, ...tree.instructions].map(({ source }) => source.trim()).join("\n");
  } catch {
    return text ?? "";
  }
}
