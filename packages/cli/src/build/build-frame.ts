import { styleText } from "node:util";
import stringWidth from "string-width";
import { formatDuration } from "../duration.ts";
import type { Style } from "../paint.ts";
import type { BuildRecord, ServiceRecord, StepRecord } from "./build-record.ts";
import { fitText, padText } from "./fit-text.ts";
import { lastLines, plainLine } from "./plain-line.ts";

/** How a build is drawn. */
export interface FrameOptions {
  readonly columns: number;
  readonly rows: number;
  readonly now: number;
  readonly colours: boolean;
  /** Whether the terminal has more than ASCII. */
  readonly unicode: boolean;
  /** Whether the build is being given up. */
  readonly cancelling: boolean;
  /** Only what has become of each service. */
  readonly final?: boolean;
}

const marks = {
  waiting: ["·", "."],
  done: ["✔", "+"],
  failed: ["✘", "x"],
  running: ["●", "*"],
  output: ["│", "|"],
  ellipsis: ["…", "~"],
} as const;
const styles = { waiting: "dim", done: "green", failed: "red", running: "cyan" } as const;
const outputLinesAtMost = 5;
/** Lines longer than this are hard to read, however wide the terminal is. */
const widest = 120;

/** A build as lines for a terminal: one for each service, and below those that run the end of their output. */
export function buildFrame(record: BuildRecord, options: FrameOptions): string[] {
  return new Frame(record, options).lines();
}

class Frame {
  readonly #record: BuildRecord;
  readonly #options: FrameOptions;
  readonly #width: number;
  readonly #nameWidth: number;

  constructor(record: BuildRecord, options: FrameOptions) {
    this.#record = record;
    this.#options = options;
    // A line that fills the last column would be broken by some terminals.
    this.#width = Math.max(1, Math.min(widest, options.columns - 1));
    const longest = Math.max(0, ...record.services.map(({ service }) => stringWidth(service)));
    this.#nameWidth = Math.min(longest, Math.max(4, Math.floor(this.#width / 3)));
  }

  lines(): string[] {
    const { services } = this.#record;
    const rows = this.#options.final ? Number.POSITIVE_INFINITY : Math.max(2, this.#options.rows - 1);
    const shown = services.length + 1 > rows ? mostWorthy(services, Math.max(0, rows - 2)) : services;
    const running = shown.filter((service) => service.state === "running" && !this.#options.final);
    const spare = rows - 1 - shown.length - (shown.length < services.length ? 1 : 0);
    const each = Math.min(outputLinesAtMost, Math.floor(spare / Math.max(1, running.length)));
    const lines = [this.#heading()];
    for (const service of shown) {
      lines.push(this.#line(service));
      if (running.includes(service)) lines.push(...this.#output(service, each));
    }
    if (shown.length < services.length) {
      const rest = services.filter((service) => !shown.includes(service));
      lines.push(
        this.#paint("dim", fitText(`  ${rest.length} more: ${counts(rest)}`, this.#width, this.#mark("ellipsis"))),
      );
    }
    return lines;
  }

  #heading(): string {
    const { project, services, start } = this.#record;
    const took = clock(this.#options.now - start);
    const { final, cancelling } = this.#options;
    const verb = final ? (cancelling ? "cancelled" : "built") : cancelling ? "cancelling" : "building";
    const what = cancelling && !final ? "Ctrl-C again leaves at once" : counts(services);
    const text = fitText(
      `${verb} ${plainLine(project)}: ${what}`,
      this.#width - took.length - 1,
      this.#mark("ellipsis"),
    );
    return `${this.#paint("bold", text)} ${this.#paint("dim", took)}`;
  }

  #line(service: ServiceRecord): string {
    const { state } = service;
    const mark = this.#paint(styles[state], this.#mark(state));
    const name = padText(plainLine(service.service), this.#nameWidth, this.#mark("ellipsis"));
    const took = state === "running" ? clock(this.#options.now - (service.start ?? this.#options.now)) : "";
    const room = this.#width - this.#nameWidth - 4 - (took === "" ? 0 : took.length + 1);
    const status = fitText(plainLine(statusOf(service)), room, this.#mark("ellipsis"));
    const painted = state === "running" ? status : this.#paint(state === "waiting" ? "dim" : styles[state], status);
    return `${mark} ${name}  ${painted}${took === "" ? "" : ` ${this.#paint("dim", took)}`}`;
  }

  #output(service: ServiceRecord, count: number): string[] {
    const step = currentStep(service);
    if (!step) return [];
    const lines = lastLines(step.log.end, count);
    const gutter = `  ${this.#mark("output")} `;
    return lines.map((line) =>
      this.#paint("dim", gutter + fitText(line, this.#width - gutter.length, this.#mark("ellipsis"))),
    );
  }

  #mark(name: keyof typeof marks): string {
    return marks[name][this.#options.unicode ? 0 : 1];
  }

  #paint(style: Style, text: string): string {
    return this.#options.colours ? styleText(style, text, { validateStream: false }) : text;
  }
}

/** What runs first, then what failed, what waits and what is done; in the project's order. */
function mostWorthy(services: readonly ServiceRecord[], count: number): readonly ServiceRecord[] {
  const order = ["running", "failed", "waiting", "done"];
  const worthy = new Set(
    services.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state)).slice(0, Math.max(0, count)),
  );
  return services.filter((service) => worthy.has(service));
}

function counts(services: readonly ServiceRecord[]): string {
  const words = [
    ["done", "done"],
    ["failed", "failed"],
    ["running", "running"],
    ["waiting", "waiting"],
  ] as const;
  return words
    .map(([state, word]) => ({ count: services.filter((service) => service.state === state).length, word }))
    .filter(({ count }) => count > 0)
    .map(({ count, word }) => `${count} ${word}`)
    .join(", ");
}

/** The step that a person is shown of those that run: one of the Dockerfile, the one that began last. */
function currentStep(service: ServiceRecord): StepRecord | undefined {
  const running = service.steps.filter(({ state }) => state === "running");
  return running.findLast(({ kind }) => kind !== "internal") ?? running.at(-1);
}

function statusOf(service: ServiceRecord): string {
  const { state, image, waitingFor, sharedWith } = service;
  const pushed = service.steps.filter(({ kind }) => kind === "push");
  const pushing = pushed.find((step) => step.state === "running");
  if (pushing) return `${pushing.name}${percentOf(pushing)}`;
  if (state === "waiting") return waitingFor.length > 0 ? `waits for ${waitingFor.join(", ")}` : "waits";
  if (state === "failed") return failureOf(service);
  if (state === "done") {
    const took = formatDuration((service.end ?? 0) - (service.start ?? 0));
    if (image?.external) return `has ${image.name}`;
    if (sharedWith !== undefined) return `same build as ${sharedWith}`;
    const steps = image?.build?.steps ?? [];
    const cached = steps.filter((step) => step.cached).length;
    const all = steps.length > 0 ? `, ${cached} of ${steps.length} steps cached` : "";
    return `built in ${took}${all}${pushed.some((step) => step.state === "done") ? ", pushed" : ""}`;
  }
  const step = currentStep(service);
  if (!step) return service.attempt > 1 ? `tried again (${service.attempt})` : "begins";
  const others = service.steps.filter(({ kind, state }) => kind === "step" && state === "running").length - 1;
  const attempt = service.attempt > 1 ? `attempt ${service.attempt}: ` : "";
  const more = others > 0 && step.kind === "step" ? ` (+${others})` : "";
  return `${attempt}${step.name.replace("[internal] ", "")}${percentOf(step)}${more}`;
}

function failureOf({ steps, image }: ServiceRecord): string {
  const failed = steps.findLast(({ state }) => state === "failed");
  const { exitCode } = (image?.error ?? {}) as { exitCode?: number };
  if (failed) return `failed at ${failed.name}${exitCode === undefined ? "" : `: exit code ${exitCode}`}`;
  const error = image?.error;
  return `failed: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}`;
}

function percentOf({ percent }: StepRecord): string {
  return percent === undefined ? "" : ` ${Math.floor(percent)} %`;
}

/** A running time that changes once a second: `5s`, `1:05`, `1:00:05`. */
function clock(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds}s`;
  const two = (value: number): string => String(value).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}
