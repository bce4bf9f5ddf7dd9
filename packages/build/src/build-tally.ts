import type { BuildEvent } from "./build-event.ts";
import type { BuilderOutput } from "./builder-output.ts";

const linesKept = 20;
const lineLength = 2000;

/** A Dockerfile's step as a build's result reports it. */
export interface BuiltStep {
  readonly name: string;
  readonly cached: boolean;
  readonly durationMs: number;
}

/** A stage's image as the classic builder reports it. */
export interface BuiltStage {
  readonly index: number;
  readonly name: string | undefined;
  /** Short or full. */
  readonly imageId: string;
}

/** Keeps of a build's output what its result or its error is made of. */
export class BuildTally {
  readonly #steps = new Map<string, Step>();
  readonly stages: BuiltStage[] = [];
  /** The image, once the build has come to its end. */
  imageId: string | undefined;
  /** The container that runs for the current step, with the classic builder. */
  container: string | undefined;
  failure: { readonly message: string; readonly exitCode?: number } | undefined;

  add(output: BuilderOutput): void {
    if (output.type === "step") this.#addStep(output);
    else if (output.type === "log") this.#addLog(output);
    else if (output.type === "image") this.imageId = output.imageId;
    else if (output.type === "container") this.container = output.id;
    else if (output.type === "stage") this.stages.push(output);
    else if (output.type === "failure") this.failure ??= output;
  }

  /** The Dockerfile's steps that ended well, in the order in which they began. */
  get steps(): BuiltStep[] {
    return [...this.#steps.values()]
      .filter(({ internal, state }) => !internal && (state === "done" || state === "cached"))
      .map(({ name, state, durationMs }) => ({ name, cached: state === "cached", durationMs }));
  }

  /** The step that failed, and the last lines of its output. */
  get failed(): { name: string; output: string[] } | undefined {
    const steps = [...this.#steps.values()].filter(({ state }) => state === "failed");
    // Where several failed, the one whose error the engine gives as the build's.
    const step = steps.find(({ error }) => error !== "" && this.failure?.message.includes(error)) ?? steps[0];
    return step && { name: step.name, output: step.tail.split(/\r?\n/).filter((line) => line !== "") };
  }

  #addStep(event: BuildEvent & { type: "step" }): void {
    const { id, name, state, internal = false, durationMs = 0, error = "" } = event;
    const tail = this.#steps.get(id)?.tail ?? "";
    this.#steps.set(id, { name, state, internal, durationMs, error, tail });
  }

  #addLog({ step: id, data }: BuildEvent & { type: "log" }): void {
    const step = this.#steps.get(id);
    if (!step) return;
    const lines = (step.tail + data.slice(-linesKept * lineLength)).split("\n");
    // A last empty line stands for the line end before it.
    step.tail = lines
      .slice(-linesKept - (lines.at(-1) === "" ? 1 : 0))
      .map((line) => line.slice(-lineLength))
      .join("\n");
  }
}

interface Step {
  name: string;
  state: string;
  internal: boolean;
  durationMs: number;
  error: string;
  tail: string;
}
