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
