import type { LineIndex, SourceRange } from "@slipway/errors";
import type { Stage } from "../meaning/stage.ts";
import type { Dockerfile, Instruction } from "../syntax/tree.ts";

/** A check of a Dockerfile. */
export interface LintRule {
  /** As BuildKit names it, where it has such a check; `# check=skip=ID` leaves it out. */
  readonly id: string;
  readonly description: string;
  /** Left out unless it is asked for. */
  readonly isExperimental?: true;
  readonly check: (input: LintInput) => Iterable<LintFinding>;
}

/** What a rule found. */
export interface LintFinding {
  readonly message: string;
  readonly range: SourceRange;
  readonly hint?: string | undefined;
}

/** What rules look at. */
export interface LintInput {
  readonly tree: Dockerfile;
  readonly text: string;
  readonly index: LineIndex;
  /** The instructions above the first FROM. */
  readonly globals: readonly Instruction[];
  readonly blocks: readonly LintBlock[];
  /** The meaning of the stages; none where the Dockerfile has mistakes. */
  readonly stages: readonly Stage[];
  /** Variables that aren't set where they are used. */
  readonly unset: readonly UnsetVariable[];
  /** Whether the build context leaves a path out; undefined where there is no context. */
  readonly isIgnored: ((path: string) => boolean) | undefined;
}

/** A stage as written. */
export interface LintBlock {
  readonly from: Instruction;
  /** Of its FROM: the words. */
  readonly words: readonly string[];
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

/** A variable that isn't set where it is used. */
export interface UnsetVariable {
  readonly name: string;
  readonly instruction: Instruction;
  /** The variables that are set there. */
  readonly known: readonly string[];
}
