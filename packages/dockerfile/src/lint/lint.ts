import { LineIndex, type Problem, type SourceRange } from "@slipway/errors";
import { DockerfileError } from "../dockerfile-error.ts";
import type { ImageConfig } from "../meaning/image-config.ts";
import { parseTolerantly } from "../syntax/parse.ts";
import type { Stage } from "../meaning/stage.ts";
import { readStages } from "../meaning/stages.ts";
import type { Instruction } from "../syntax/tree.ts";
import { splitAtBlanks } from "../syntax/words.ts";
import { readCheckDirective } from "./check-directive.ts";
import type { LintBlock, LintInput, UnsetVariable } from "./lint-rule.ts";
import { lintRules } from "./lint-rules.ts";

export interface LintOptions {
  readonly file?: string | undefined;
  /** Rules to leave out, by id; `all` leaves out every one. */
  readonly skip?: readonly string[] | undefined;
  /** Experimental rules to apply, by id; `all` for every one. */
  readonly experimental?: readonly string[] | undefined;
  readonly buildArgs?: Readonly<Record<string, string>> | undefined;
  /** What is known of base images: their variables are defined. */
  readonly baseConfig?: ((image: string) => ImageConfig | undefined) | undefined;
  /** Whether the build context leaves a path out; without it files are not looked at. */
  readonly isIgnored?: ((path: string) => boolean) | undefined;
}

/**
 * Checks a Dockerfile. What makes it unusable is an error with a `DOCKERFILE_…` code; what a rule finds is a warning with
 * the rule's id as its code, or an error under `# check=error=true`. `# check=skip=…` and `experimental=…` are followed.
 * In the order of the text. Never throws for what is in the text.
 */
export function lint(text: string, options: LintOptions = {}): Problem[] {
  const { tree, problems } = parseTolerantly(text, options.file);
  const unset: UnsetVariable[] = [];
  let stages: readonly Stage[] = [];
  try {
    const baseConfig = (image: string): ImageConfig => options.baseConfig?.(image) ?? {};
    const read = { platform: "linux/amd64", buildArgs: options.buildArgs, baseConfig };
    stages = readStages(tree, read, (name, instruction, known) => {
      unset.push({ name, instruction, known: known() });
    });
  } catch (error) {
    if (!(error instanceof DockerfileError)) throw error;
    const isSaid = (range: SourceRange | undefined): boolean =>
      problems.some((other) => other.range?.start.line === range?.start.line);
    problems.push(...(error.problems as typeof problems).filter(({ range }) => !isSaid(range)));
  }
  const index = new LineIndex(text, options.file);
  const directive = readCheckDirective(tree.directives["check"]);
  const lower = (ids: readonly string[] = []): string[] => ids.map((id) => id.toLowerCase());
  const skip = new Set([...directive.skip, ...lower(options.skip)]);
  const experimental = new Set([...directive.experimental, ...lower(options.experimental)]);
  const input: LintInput = {
    tree,
    text,
    index,
    ...blocksOf(tree.instructions),
    stages,
    unset,
    isIgnored: options.isIgnored,
  };
  const found: Problem[] = [...problems];
  for (const { id, isExperimental, check } of lintRules) {
    if (skip.has(id.toLowerCase()) || skip.has("all")) continue;
    if (isExperimental && !experimental.has(id.toLowerCase()) && !experimental.has("all")) continue;
    for (const { message, range, hint } of check(input)) {
      const severity = directive.error ? "error" : "warning";
      found.push({ code: id, message, severity, range, ...(hint ? { hint } : {}) });
    }
  }
  const offset = ({ range }: Problem): number => range?.start.offset ?? 0;
  return found.toSorted((a, b) => offset(a) - offset(b));
}

function blocksOf(instructions: readonly Instruction[]): { globals: Instruction[]; blocks: LintBlock[] } {
  const globals: Instruction[] = [];
  const blocks: (LintBlock & { instructions: Instruction[] })[] = [];
  for (const instruction of instructions) {
    const block = blocks.at(-1);
    if (instruction.keyword === "FROM") {
      const words = splitAtBlanks(instruction.args).map(({ text }) => text);
      const name = words.length === 3 ? words[2] : undefined;
      blocks.push({ from: instruction, words, name, instructions: [] });
    } else if (block) block.instructions.push(instruction);
    else globals.push(instruction);
  }
  return { globals, blocks };
}
