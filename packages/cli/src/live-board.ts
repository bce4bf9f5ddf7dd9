import type { Output } from "./io.ts";
import { paint, type Style } from "./paint.ts";

/** What a service's state says while its changes are pushed. */
export const liveText = "live";

/** How a service is doing. */
export interface LiveState {
  readonly text: string;
  readonly style: Style;
  /** What it did last, and how long that took. */
  readonly last?: string | undefined;
}

/**
 * A terminal with a line for each service at its end, and all other output scrolling above. What is written goes through
 * it, so that the lines stay where they are.
 */
export class LiveBoard implements Output {
  readonly isTTY = true;
  readonly #output: Output;
  readonly #states = new Map<string, LiveState>();
  readonly #help: string;
  #shown = 0;
  #drawn = "";
  #partial = "";
  #paused = false;

  constructor(output: Output, services: readonly string[], help: string) {
    this.#output = output;
    this.#help = help;
    for (const service of services) this.#states.set(service, { text: "waiting", style: "dim" });
  }

  get columns(): number | undefined {
    return this.#output.columns;
  }

  set(service: string, state: Partial<LiveState>): void {
    const before = this.#states.get(service);
    if (!before) return;
    this.#states.set(service, { ...before, ...state });
    this.#draw("");
  }

  /** Shows that pushes are held back, or not any more. */
  pause(paused: boolean): void {
    this.#paused = paused;
    this.#draw("");
  }

  write(text: string): void {
    const whole = this.#partial + text;
    const end = whole.lastIndexOf("\n") + 1;
    this.#partial = whole.slice(end);
    if (end > 0) this.#draw(whole.slice(0, end));
  }

  /** Takes the lines away. */
  close(): void {
    this.#output.write(`${this.#clear()}${this.#partial}`);
    this.#shown = 0;
  }

  /** All in one write, so that nothing flickers. */
  #draw(above: string): void {
    const width = Math.max(0, ...[...this.#states.keys()].map((name) => name.length));
    const lines = [...this.#states].map(([service, { text, style, last }]) => {
      const paused = this.#paused && text === liveText;
      const state = paint(this, paused ? "yellow" : style, paused ? "paused" : text);
      const room = Math.max(10, (this.#output.columns ?? 80) - width - text.length - 6);
      const tail =
        last === undefined ? "" : paint(this, "dim", `  ${last.length > room ? `${last.slice(0, room - 1)}…` : last}`);
      return `${paint(this, "bold", service.padEnd(width))}  ${state}${tail}`;
    });
    lines.push(paint(this, "dim", this.#help));
    const drawn = `${lines.join("\n")}\n`;
    if (above === "" && this.#shown > 0 && drawn === this.#drawn) return;
    this.#output.write(`${this.#clear()}${above}${drawn}`);
    this.#shown = lines.length;
    this.#drawn = drawn;
  }

  #clear(): string {
    return this.#shown === 0 ? "" : `\x1b[${this.#shown}A\x1b[J`;
  }
}
