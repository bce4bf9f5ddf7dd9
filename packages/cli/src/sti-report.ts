import type { StiEvent, StiRun } from "@slipway/sti";
import type { Output } from "./io.ts";
import { paint } from "./paint.ts";

/** Prints a build from source as it goes: its stages, and the scripts' output as it comes. */
export class StiReport {
  readonly #output: Output;
  #atLineStart = true;
  #pulled = -1;

  constructor(output: Output) {
    this.#output = output;
  }

  event(event: StiEvent): void {
    switch (event.type) {
      case "stage":
        this.#line(paint(this.#output, "bold", `==> ${event.message}`));
        break;
      case "log":
        this.#output.write(event.data);
        this.#atLineStart = event.data.endsWith("\n");
        break;
      case "pull":
        this.#pull(event);
        break;
      case "warning":
        this.#line(`${paint(this.#output, "yellow", "warning:")} ${event.message}`);
        break;
      case "debug":
        this.#line(paint(this.#output, "dim", event.message));
        break;
      case "image":
        break; // the command's own output says it
    }
  }

  /** Ends a line that a script left open. */
  end(): void {
    if (!this.#atLineStart) this.#output.write("\n");
    this.#atLineStart = true;
  }

  /** A line for every tenth of the way. */
  #pull({ image, percent }: Extract<StiEvent, { type: "pull" }>): void {
    const tenth = Math.floor((percent ?? 0) / 10);
    if (tenth <= this.#pulled) return;
    this.#pulled = tenth;
    this.#line(paint(this.#output, "dim", `pulling ${image}: ${tenth * 10} %`));
  }

  #line(text: string): void {
    this.end();
    this.#output.write(`${text}\n`);
  }
}

/** Prints a run's events until it ends. */
export async function follow<Result>(run: StiRun<Result>, report: StiReport): Promise<Result> {
  try {
    for await (const event of run) report.event(event);
    return await run.result;
  } finally {
    report.end();
  }
}
