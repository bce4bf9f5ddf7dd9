import type { SourceRange } from "@slipway/errors";
import type { ImageConfig } from "./image-config.ts";
import type { Step } from "./step.ts";

/** What is in force at a step. */
export interface StepState {
  /** ENV, the base image's included where it is known. */
  readonly env: Readonly<Record<string, string>>;
  /** ARG in scope, as far as it has a value. */
  readonly args: Readonly<Record<string, string>>;
  /** What a `$NAME` gives, and what a RUN's process finds: ENV and ARG, the one that is in force. */
  readonly variables: Readonly<Record<string, string>>;
  /** Absolute, or relative (empty for the image's own) where only the base image knows it. */
  readonly workdir: string;
  /** Empty where only the base image knows it, or for root. */
  readonly user: string;
  readonly shell: readonly string[];
}

/** A stage or an image that something is taken from. */
export type Source =
  | { readonly kind: "image"; readonly image: string; readonly platform?: string }
  | { readonly kind: "stage"; readonly index: number }
  | { readonly kind: "scratch" };

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
