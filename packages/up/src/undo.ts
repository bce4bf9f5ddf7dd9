/** What has to be taken back if an operation fails, newest first. */
export class Undo {
  readonly #steps: { readonly what: string; readonly run: () => Promise<void> }[] = [];

  /** Notes how to take back `what` was just done. */
  add(what: string, run: () => Promise<void>): void {
    this.#steps.push({ what, run });
  }

  /** Takes everything back. One step's failure does not keep the others from running; the failures are returned. */
  async run(): Promise<{ what: string; error: unknown }[]> {
    const failures: { what: string; error: unknown }[] = [];
    for (const { what, run } of this.#steps.splice(0).toReversed()) {
      try {
        await run();
      } catch (error) {
        failures.push({ what, error });
      }
    }
    return failures;
  }
}
