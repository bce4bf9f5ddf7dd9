import type { Instruction } from "@slipway/dockerfile";

/** What a RUN runs. */
export type RunCommand =
  /** For the shell in force. */
  | { readonly kind: "shell"; readonly text: string }
  /** A list; `written` is what stands behind its `[`. */
  | { readonly kind: "exec"; readonly program: string; readonly written: string }
  /** A here-document that names its interpreter. */
  | { readonly kind: "script"; readonly name: string; readonly content: string }
  /** Nothing, or what the engine refuses. */
  | { readonly kind: "none" };

/** Reads what BuildKit would run. */
export function runCommand(instruction: Instruction): RunCommand {
  const args = instruction.args.trim();
  const { heredocs } = instruction;
  const [first] = heredocs;
  if (first && /^\d*<<-?\s*(?:[^<\s"']+|"[^"]*"|'[^']*')$/.test(args)) {
    const content = first.chomp ? first.content.replaceAll(/(^|\n)\t+/g, "$1") : first.content;
    if (first.content.startsWith("#!")) return { kind: "script", name: first.name, content };
    return { kind: "shell", text: content };
  }
  if (args === "") return { kind: "none" };
  const list = heredocs.length === 0 ? listOf(args) : undefined;
  if (!list) {
    return {
      kind: "shell",
      text: instruction.args + heredocs.map(({ content, name }) => `\n${content}${name}`).join(""),
    };
  }
  const [program] = list;
  if (typeof program !== "string") return { kind: "none" };
  return { kind: "exec", program, written: args.slice(1) };
}

function listOf(args: string): unknown[] | undefined {
  if (!args.startsWith("[")) return undefined;
  try {
    const list: unknown = JSON.parse(args);
    return Array.isArray(list) ? list : undefined;
  } catch {
    return undefined;
  }
}
