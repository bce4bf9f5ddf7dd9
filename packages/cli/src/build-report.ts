import type { ServiceEvent } from "@slipway/multibuild";
import { formatDuration } from "./duration.ts";
import type { Output } from "./io.ts";
import { paint, type Style } from "./paint.ts";
import { ServiceLines } from "./service-lines.ts";

type StepEvent = Extract<ServiceEvent["event"], { type: "step" }>;

/** Prints the builds of several services as they go: a line for each step, its output below it. */
export class BuildReport {
  readonly #lines: ServiceLines;
  readonly #output: Output;
  readonly #begun = new Set<string>();

  constructor(output: Output, services: readonly string[]) {
    this.#output = output;
    this.#lines = new ServiceLines(output, services);
  }

  event({ service, event }: ServiceEvent): void {
    switch (event.type) {
      case "resolved":
        if (event.path !== "Dockerfile") this.#lines.line(service, this.#paint("dim", `from ${event.path}`));
        break;
      case "step":
        this.#step(service, event);
        break;
      case "log":
        this.#lines.data(service, event.data);
        break;
      case "warning":
        this.#lines.line(service, `${this.#paint("yellow", "warning:")} ${event.message}`);
        break;
      case "end":
        this.#lines.end(service);
        this.#end(service, event.image);
        break;
      case "pull":
        if (event.layer === undefined) this.#lines.line(service, this.#paint("dim", event.status));
        break;
      case "waiting":
        this.#lines.line(service, this.#paint("dim", `waits for ${event.services.join(", ")}`));
        break;
      case "shared":
        this.#lines.line(service, this.#paint("dim", `is the same build as ${event.with}`));
        break;
      case "assigned":
        if (event.runs !== "natively") this.#lines.line(service, this.#paint("dim", assignment(event)));
        break;
      case "retry":
        this.#lines.end(service);
        this.#lines.line(service, this.#paint("yellow", retry(event)));
        this.#forget(service);
        break;
      case "moved":
        this.#lines.end(service);
        this.#lines.line(service, this.#paint("yellow", `${event.from} went away: waits for another engine`));
        this.#forget(service);
        break;
      case "transfer":
        this.#lines.line(service, this.#paint("dim", `takes ${event.image} from ${event.from} to ${event.to}`));
        break;
      case "builder":
      case "image":
      case "progress":
        break; // the steps' own lines are enough here
    }
  }

  #end(service: string, image: Extract<ServiceEvent["event"], { type: "end" }>["image"]): void {
    const took = formatDuration(image.endTime - image.startTime);
    if (!image.successful) this.#lines.line(service, this.#paint("red", `failed after ${took}`));
    else
      this.#lines.line(service, this.#paint("green", `${image.external ? "has" : "built"} ${image.name} in ${took}`));
  }

  #step(service: string, event: StepEvent): void {
    this.#lines.end(service);
    if (event.internal && event.state !== "failed") return; // the builder's house-keeping says nothing to a person
    const key = `${service}\0${event.id}`;
    const begun = this.#begun.has(key);
    this.#begun.add(key);
    if (event.state === "cached") this.#lines.line(service, this.#paint("dim", `${event.name} (cached)`));
    else if (event.state === "failed") this.#lines.line(service, this.#paint("red", `${event.name} failed`));
    else if (!begun) this.#lines.line(service, event.name);
    else if (event.state === "done" && (event.durationMs ?? 0) >= 1000) {
      this.#lines.line(service, this.#paint("dim", `${event.name} took ${formatDuration(event.durationMs ?? 0)}`));
    }
  }

  /** What a service's build said so far comes again. */
  #forget(service: string): void {
    for (const key of this.#begun) if (key.startsWith(`${service}\0`)) this.#begun.delete(key);
  }

  #paint(style: Style, text: string): string {
    return paint(this.#output, style, text);
  }
}

function assignment({ engine, platform, runs }: Extract<ServiceEvent["event"], { type: "assigned" }>): string {
  const how = runs === "emulated" ? "by emulation" : "if it can";
  return `is built for ${platform ?? "the engine's platform"} on ${engine}, ${how}`;
}

function retry({ attempt, attempts, error }: Extract<ServiceEvent["event"], { type: "retry" }>): string {
  return `attempt ${attempt} of ${attempts}, since it failed: ${error instanceof Error ? error.message : String(error)}`;
}
