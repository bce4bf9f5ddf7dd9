import type { SourceRange } from "@slipway/errors";
import type { Step } from "./step.ts";

/** What is in force at a step. */
export interface StepState {
  /** ENV, the base image's included where it is known. */
  readonly env: Readonly<Record<string, string>>;
  /** ARG, as it is in scope of the stage. */
  readonly args: Readonly<Record<string, string>>;
  /** Absolute, or empty where only the base image knows it. */
  readonly workdir: string;
  /** Empty where only the base image knows it. */
  readonly user: string;
  readonly shell: readonly string[];
}

/** What an image says of itself, as far as a Dockerfile builds on it. */
export interface BaseConfig {
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly workdir?: string | undefined;
  readonly user?: string | undefined;
  readonly shell?: readonly string[] | undefined;
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
  readonly steps: readonly Step[];
  /** Of its FROM. */
  readonly range: SourceRange;
  /** The stages that it takes anything from, in order. */
  readonly dependsOn: readonly number[];
  /** What is in force after its last step. */
  readonly result: StepState;
}
