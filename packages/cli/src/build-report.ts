import type { BuildEvent } from "@slipway/build";
import { formatDuration } from "./duration.ts";
import type { Output } from "./io.ts";
import { paint, type Style } from "./paint.ts";
import { ServiceLines } from "./service-lines.ts";

/** Prints the builds of several services as they go, one line a step, and the steps' own output below it. */
export class BuildReport {
  readonly #lines: ServiceLines;
  readonly #output: Output;
  readonly #names = new Map<string, string>();

  constructor(output: Output, services: readonly string[]) {
    this.#output = output;
    this.#lines = new ServiceLines(output, services);
  }

  event(service: string, event: BuildEvent): void {
    switch (event.type) {
      case "builder":
        break;
      case "step":
        this.#step(service, event);
        break;
      case "log":
        this.#lines.data(service, event.data.replaceAll(/^(?=.)/gm, "  "));
        break;
      case "warning":
        this.#lines.line(service, `${this.#paint("yellow", "warning:")} ${event.message}`);
        break;
      case "image":
        this.#lines.end(service);
        this.#lines.line(service, this.#paint("green", `built ${event.imageId.replace(/^sha256:/, "").slice(0, 12)}`));
        break;
      case "progress":
        break; // bytes within a step; the step's own lines are enough here
    }
  }

  /** A service's build has ended without an image. */
  failed(service: string): void {
    this.#lines.end(service);
    this.#lines.line(service, this.#paint("red", "failed"));
  }

  #step(service: string, event: Extract<BuildEvent, { type: "step" }>): void {
    this.#lines.end(service);
    if (event.internal && event.state !== "failed") return; // the builder's house-keeping says nothing to a person
    const key = `${service}\0${event.id}`;
    if (event.state === "cached") this.#lines.line(service, this.#paint("dim", `${event.name} (cached)`));
    else if (event.state === "failed") this.#lines.line(service, this.#paint("red", `${event.name} failed`));
    else if (!this.#names.has(key)) this.#lines.line(service, event.name);
    else if ((event.durationMs ?? 0) >= 1000) {
      this.#lines.line(service, this.#paint("dim", `${event.name} took ${formatDuration(event.durationMs ?? 0)}`));
    }
    this.#names.set(key, event.name);
  }

  #paint(style: Style, text: string): string {
    return paint(this.#output, style, text);
  }
}
