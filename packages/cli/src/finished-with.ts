/** Thrown to end the command with an exit code; all that there is to say has been printed. */
export class FinishedWith {
  readonly exitCode: number;

  constructor(exitCode: number) {
    this.exitCode = exitCode;
  }
}
