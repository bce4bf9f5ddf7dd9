import { BuildReport } from "../build-report.ts";
import type { Output } from "../io.ts";
import { ServiceLines } from "../service-lines.ts";
import { engineWarning } from "./build-record.ts";
import type { CommandEvent, PushEvent } from "./command-event.ts";
import type { Progress } from "./progress.ts";
import { paint } from "../paint.ts";

/** Writes a line for each step and each line of its output, with the service before it. */
export class PlainProgress implements Progress {
  readonly #output: Output;
  readonly #report: BuildReport;
  readonly #lines: ServiceLines;

  constructor(output: Output, services: readonly string[]) {
    this.#output = output;
    this.#report = new BuildReport(output, services);
    this.#lines = new ServiceLines(output, services);
  }

  event(happened: CommandEvent): void {
    if (happened.service === undefined) {
      this.#output.write(`${paint(this.#output, "yellow", "warning:")} ${engineWarning(happened)}\n`);
      return;
    }
    const { service, event } = happened;
    if (event.type === "push") this.#push(service, event);
    else this.#report.event({ service, event });
  }

  close(): void {
    // Each line was written when it was due.
  }

  #push(service: string, event: PushEvent): void {
    if (event.state === "started") this.#lines.line(service, `push ${event.image}`);
    else if (event.state === "pushed") {
      const digest = event.digest === undefined ? "" : ` (${event.digest})`;
      this.#lines.line(service, paint(this.#output, "green", `pushed ${event.image}${digest}`));
    } else if (event.state === "failed") {
      this.#lines.line(service, paint(this.#output, "red", `push of ${event.image} failed`));
    }
  }
}
