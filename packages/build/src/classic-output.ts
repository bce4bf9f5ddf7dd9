import type { BuilderOutput } from "./builder-output.ts";
import { failureOf } from "./failure-record.ts";

/**
 * What the classic builder says about a build: lines of text, among which the command's own output stands unmarked.
 * What the engine writes comes in records of its own and only at certain points, which is how the two are told apart.
 * Also reads podman's rendering (`STEP 1/2: …`, `--> id`).
 *
 * @param now the clock, in milliseconds: this builder reports no times
 */
export async function* readClassicOutput(
  records: AsyncIterable<Record<string, unknown>>,
  now: () => number = () => performance.now(),
): AsyncGenerator<BuilderOutput, void, void> {
  const reader = new Reader(now);
  for await (const record of records) yield* reader.read(record);
  yield* reader.end();
}

interface Step {
  readonly id: string;
  readonly name: string;
  readonly instruction: string;
  readonly since: number;
  container?: string;
  /** Nothing was said about it yet. */
  fresh: boolean;
  cached: boolean;
  /** A container ran for it. A `FROM` has one for the triggers of its base image. */
  ran: boolean;
  over: boolean;
}

class Reader {
  readonly #now: () => number;
  #step: Step | undefined;
  #imageId: string | undefined;
  #stages = 0;
  #stageName: string | undefined;
  #failed = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  *read(record: Record<string, unknown>): Generator<BuilderOutput, void, void> {
    const failure = failureOf(record);
    if (failure) {
      this.#failed = true;
      if (this.#step && !this.#step.over) {
        yield this.#end(this.#step, { state: "failed", error: failure.message });
      }
      yield failure;
      return;
    }
    const { aux, stream, status } = record;
    if (typeof aux === "object" && aux !== null && "ID" in aux && typeof aux.ID === "string") this.#imageId = aux.ID;
    else if (typeof stream === "string") yield* this.#text(stream);
    else if (typeof status === "string") yield* this.#progress(status, record);
  }

  *end(): Generator<BuilderOutput, void, void> {
    if (this.#failed || this.#imageId === undefined) return;
    yield* this.#endStep();
    yield* this.#endStage();
    yield { type: "image", imageId: this.#imageId };
  }

  *#text(text: string): Generator<BuilderOutput, void, void> {
    const step = this.#step;
    // The id of the step's own container, so that a command that prints such a line of another one stays output.
    const removed = /^(?:Removing intermediate container| ---> Removed intermediate container) (\S+)\n$/.exec(text);
    if (removed && step?.container !== undefined && removed[1] === step.container) {
      delete step.container;
      yield { type: "container" };
      return;
    }
    if (step?.container !== undefined) {
      yield log(step, text);
      return;
    }
    const begins =
      /^(?:\[(?<stage>\d+)\/\d+\] )?(?:Step|STEP) (?<number>\d+)(?:\/(?<total>\d+))? ?: (?<instruction>.*)$/s.exec(
        text,
      );
    if (begins) {
      yield* this.#begin(begins.groups ?? {});
      return;
    }
    // Podman tells the id again, and shorter.
    const cached = /^--> Using cache ([0-9a-f]{64})\n$/.exec(text);
    if (step && cached) {
      step.cached = true;
      return;
    }
    const layer = /^ ?-{2,3}> ([0-9a-f]{11,64})\n$/.exec(text);
    if (step && layer?.[1] !== undefined) {
      this.#imageId = layer[1];
      yield { type: "layer", id: layer[1], made: !isFrom(step.instruction) || step.ran || step.cached };
      yield* this.#endStep();
      return;
    }
    const running = /^ ---> Running in ([0-9a-f]{12,64})\n$/.exec(text);
    if (step && running?.[1] !== undefined) {
      step.container = running[1];
      step.ran = true;
      yield { type: "container", id: running[1] };
    } else if (step && /^ ---> Using cache\n$/.test(text)) step.cached = true;
    else if (/^\s*\[Warning\] /.test(text)) {
      yield { type: "warning", message: text.trim().slice("[Warning] ".length) };
    } else if (step && !(step.fresh && text === "\n") && !isChatter(text)) yield log(step, text);
    if (step) step.fresh = false;
  }

  /** @param begin podman counts the steps of each stage anew, if there are several, and says which of the stages it is */
  *#begin(begin: Readonly<Record<string, string | undefined>>): Generator<BuilderOutput, void, void> {
    const { stage, number = "", total } = begin;
    const instruction = (begin["instruction"] ?? "").trimEnd();
    yield* this.#endStep();
    if (isFrom(instruction)) {
      yield* this.#endStage();
      this.#stageName = /\sAS\s+(\S+)\s*$/i.exec(instruction)?.[1]?.toLowerCase();
      this.#stages = stage === undefined ? this.#stages + 1 : Number(stage);
      this.#imageId = undefined;
    }
    const id = stage === undefined ? number : `${stage}.${number}`;
    const within = stage === undefined ? "" : `${this.#stageName ?? `stage-${this.#stages - 1}`} `;
    const name = `[${within}${number}${total === undefined ? "" : `/${total}`}] ${instruction}`;
    this.#step = {
      id,
      name,
      instruction,
      since: this.#now(),
      fresh: true,
      cached: false,
      ran: false,
      over: false,
    };
    yield { type: "step", id, name, state: "started" };
  }

  *#endStep(): Generator<BuilderOutput, void, void> {
    if (this.#step && !this.#step.over) yield this.#end(this.#step, { state: this.#step.cached ? "cached" : "done" });
  }

  *#endStage(): Generator<BuilderOutput, void, void> {
    if (this.#stages === 0 || this.#imageId === undefined) return;
    yield { type: "stage", index: this.#stages - 1, name: this.#stageName, imageId: this.#imageId };
  }

  #end(
    step: Step,
    how: { state: "done" | "cached" } | { state: "failed"; error: string },
  ): BuilderOutput & { type: "step" } {
    step.over = true;
    return { type: "step", id: step.id, name: step.name, ...how, durationMs: this.#now() - step.since };
  }

  *#progress(status: string, record: Record<string, unknown>): Generator<BuilderOutput, void, void> {
    if (!this.#step) return;
    const { id, progressDetail } = record;
    const { current, total } = (progressDetail ?? {}) as { current?: number; total?: number };
    yield {
      type: "progress",
      step: this.#step.id,
      label: typeof id === "string" ? `${id}: ${status}` : status,
      current: current ?? 0,
      ...(total === undefined ? {} : { total }),
    };
  }
}

/** Lines about the build as a whole, and the id that `FROM scratch` does not have. */
function isChatter(text: string): boolean {
  return /^(?: ---> |Successfully (?:built|tagged) \S+|(?:\[\d+\/\d+\] )?COMMIT\b.*|[0-9a-f]{64})\n$/.test(text);
}

function isFrom(instruction: string): boolean {
  return /^FROM\s/i.test(instruction);
}

const red = "\u001B[91m";
const plain = "\u001B[0m";

/** The engine marks what a command writes to stderr by colouring it red, each write on its own. */
function log(step: Step, text: string): BuilderOutput {
  const stderr = text.startsWith(red) && text.endsWith(plain);
  const data = stderr ? text.slice(red.length, -plain.length) : text;
  return { type: "log", step: step.id, stream: stderr ? "stderr" : "stdout", data };
}
