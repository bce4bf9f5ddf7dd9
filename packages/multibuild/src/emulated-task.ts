import { BuildError } from "@slipway/build";
import { type ImageConfig, parse } from "@slipway/dockerfile";
import { buildEventRestorer, transpose, type TransposeOptions, transposeTarStream } from "@slipway/emulate";
import type { SourceRange } from "@slipway/errors";
import { type Engine, inspectImage } from "@slipway/transport";
import { baseImages } from "./base-images.ts";
import type { BuildTask } from "./build-task.ts";
import type { LocalImage } from "./local-image.ts";

type Restorer = ReturnType<typeof buildEventRestorer>;

/** A task that is built from a transposed Dockerfile, and of which nobody is to see that. */
export class EmulatedTask {
  readonly #options: TransposeOptions;
  /** The Dockerfile before its transposition. */
  readonly #dockerfile: string;
  readonly #restore: Restorer;

  private constructor(task: BuildTask, options: TransposeOptions) {
    this.#options = options;
    this.#dockerfile = task.dockerfile ?? "";
    this.#restore = buildEventRestorer(options);
  }

  /** Exchanges the task's stream for one whose Dockerfile runs by the emulator. */
  static async transpose(
    task: BuildTask,
    options: TransposeOptions & { readonly buildArgs: Readonly<Record<string, string>> },
    { engine, signal }: { readonly engine: Engine; readonly signal?: AbortSignal | undefined },
  ): Promise<EmulatedTask> {
    const bases = await baseConfigs(engine, baseImages(task, options.buildArgs));
    const all = { ...options, baseConfig: (image: string) => bases.get(image) };
    if (task.buildStream) {
      task.buildStream = await transposeTarStream(
        task.buildStream,
        { ...all, signal },
        task.dockerfilePath ?? "Dockerfile",
      );
    }
    return new EmulatedTask(task, all);
  }

  /** An event as it would be without the transposition. */
  event: Restorer = (event) => this.#restore(event);

  /** What became of the task, as it would be without the transposition. */
  image(image: LocalImage): LocalImage {
    const { build, error } = image;
    if (error instanceof BuildError) return { ...image, error: this.#error(error) };
    if (!build) return image;
    const steps = build.steps.map((step) => ({ ...step, name: this.#step(step.name) }));
    return { ...image, build: { ...build, steps } };
  }

  #error(error: BuildError): BuildError {
    const { code, hint, cause, exitCode, output, stack } = error;
    const step = error.step === undefined ? undefined : this.#step(error.step);
    const message = error.message.replace(error.step ?? "", () => step ?? "");
    const range = error.range && this.#placeOf(error.range);
    const restored = new BuildError(code, this.#lines(message), { hint, cause, step, exitCode, output, range });
    if (stack !== undefined) restored.stack = stack.replace(error.message, () => restored.message);
    return restored;
  }

  #step(name: string): string {
    return this.#restore({ type: "step", name }).name;
  }

  #lines(text: string): string {
    return text
      .split("\n")
      .map((message) => this.#restore({ type: "warning", message }).message)
      .join("\n");
  }

  /** Where in the Dockerfile as it was written the instruction stands that has this place in the transposed one. */
  #placeOf({ file, start }: SourceRange): SourceRange | undefined {
    const written = parse(this.#dockerfile, { file }).instructions;
    let at = 0;
    for (const { keyword, text, range } of parse(transpose(this.#dockerfile, this.#options)).instructions) {
      const own = written[at];
      // Where it is not the same, it is the COPY of the emulator.
      if (own?.keyword !== keyword || (keyword !== "RUN" && own.text !== text)) continue;
      if (range.start.line === start.line) return own.range;
      at += 1;
    }
    return undefined;
  }
}

/** What the engine's own images say of the builds on them; the others are not known before the build has them. */
async function baseConfigs(engine: Engine, images: readonly string[]): Promise<Map<string, ImageConfig>> {
  const configs = new Map<string, ImageConfig>();
  for (const image of images) {
    const found = await inspectImage(engine, image);
    if (!found) continue;
    const { Env, OnBuild, Shell } = found.Config as typeof found.Config & { Shell?: readonly string[] | null };
    const env = Object.fromEntries(
      (Env ?? []).map((pair) => [pair.split("=", 1)[0] ?? "", pair.replace(/^[^=]*=/, "")]),
    );
    const onbuild = (OnBuild as readonly string[] | null) ?? [];
    configs.set(image, { env, onbuild, ...(Shell?.length ? { shell: Shell } : {}) });
  }
  return configs;
}
