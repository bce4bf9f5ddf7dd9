import type { SourceRange } from "@slipway/errors";
import type { ImageConfig } from "./image-config.ts";
import type { Source } from "./source.ts";
import type { StepState } from "./step-state.ts";
import type { Step } from "./step.ts";

/** A stage: a FROM and the steps after it. */
export interface Stage {
  readonly index: number;
  /** In lower case, as stages are looked up. */
  readonly name?: string;
  readonly base: Source;
  /** Of FROM, expanded. */
  readonly platform?: string;
  /** Those that the base keeps for this moment (its ONBUILD) come first. */
  readonly steps: readonly Step[];
  /** Of its FROM. */
  readonly range: SourceRange;
  /** The stages that it takes anything from, in order. */
  readonly dependsOn: readonly number[];
  /** What is in force after its last step. */
  readonly result: StepState;
  /** What the engine will say of the stage's image, as far as base images are known. */
  readonly config: ImageConfig;
}
