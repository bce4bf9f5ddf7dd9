import type { BuilderOutput } from "./builder-output.ts";

const mask = "***";
/** Shorter ones would garble what is no secret. */
const shortest = 4;

/** Takes secrets out of what a builder says, also where one is spread over several pieces of a step's output. */
export class Mask {
  readonly #secrets: readonly string[];
  /** By step and stream: the end of its output so far, if a secret may begin there. */
  readonly #held = new Map<string, BuilderOutput & { type: "log" }>();

  /** @param secrets of each, every line */
  constructor(secrets: Iterable<string>) {
    const parts = [...secrets].flatMap((secret) => secret.split("\n").map((line) => line.trim()));
    // Longer ones first, since one may be part of another.
    this.#secrets = [...new Set(parts)]
      .filter((part) => part.length >= shortest)
      .toSorted((a, b) => b.length - a.length);
  }

  *apply(output: BuilderOutput): Generator<BuilderOutput, void, void> {
    if (this.#secrets.length === 0) {
      yield output;
      return;
    }
    if (output.type === "log") yield* this.#log(output);
    else if (output.type === "step") {
      if (output.state !== "started") yield* this.#flush(output.id);
      yield output.error === undefined ? output : { ...output, error: this.text(output.error) };
    } else if (output.type === "failure" || output.type === "warning") {
      yield { ...output, message: this.text(output.message) };
    } else yield output;
  }

  /** What is held still, once all has been said. */
  *end(): Generator<BuilderOutput, void, void> {
    for (const held of this.#held.values()) yield { ...held, data: this.text(held.data) };
    this.#held.clear();
  }

  /** The text without secrets. */
  text(text: string): string {
    let masked = text;
    for (const secret of this.#secrets) masked = masked.replaceAll(secret, mask);
    return masked;
  }

  *#log(log: BuilderOutput & { type: "log" }): Generator<BuilderOutput, void, void> {
    const key = `${log.stream} ${log.step}`;
    const text = this.text((this.#held.get(key)?.data ?? "") + log.data);
    const cut = text.length - this.#beginning(text);
    this.#held.delete(key);
    if (cut < text.length) this.#held.set(key, { ...log, data: text.slice(cut) });
    if (cut > 0) yield { ...log, data: text.slice(0, cut) };
  }

  *#flush(step: string): Generator<BuilderOutput, void, void> {
    for (const [key, held] of this.#held) {
      if (held.step !== step) continue;
      this.#held.delete(key);
      yield held;
    }
  }

  /** How many characters at the text's end may be the beginning of a secret. */
  #beginning(text: string): number {
    let most = 0;
    for (const secret of this.#secrets) {
      for (let length = Math.min(secret.length - 1, text.length); length > most; length -= 1) {
        if (text.endsWith(secret.slice(0, length))) most = length;
      }
    }
    return most;
  }
}
