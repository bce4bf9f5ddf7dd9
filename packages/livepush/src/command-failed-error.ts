import type { SourceRange } from "@slipway/errors";
import { LivepushError } from "./livepush-error.ts";

/** A RUN of the Dockerfile, or a rule's command, ended with an exit code other than 0. */
export class CommandFailedError extends LivepushError {
  override readonly name: string = "CommandFailedError";
  readonly exitCode: number;
  readonly stageIdx: number;
  /** The step, as the Dockerfile has it. */
  readonly command: string;
  /** The end of what it printed. */
  readonly output: string;

  constructor(failure: {
    readonly exitCode: number;
    readonly stageIdx: number;
    readonly command: string;
    readonly output: string;
    readonly range?: SourceRange | undefined;
  }) {
    const said = failure.output.trim();
    super(
      "LIVEPUSH_COMMAND_FAILED",
      `\`${failure.command}\` ended with exit code ${failure.exitCode}${said ? `: ${said}` : ""}`,
      {
        ...(failure.range ? { range: failure.range } : {}),
        hint: "correct what it complains about; the next push runs it again",
      },
    );
    this.exitCode = failure.exitCode;
    this.stageIdx = failure.stageIdx;
    this.command = failure.command;
    this.output = failure.output;
  }
}
