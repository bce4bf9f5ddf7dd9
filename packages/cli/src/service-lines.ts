import type { Output } from "./io.ts";
import { paint } from "./paint.ts";

const colours = ["cyan", "yellow", "green", "magenta", "blue"] as const;

/**
 * Writes lines that each begin with the service that they are about: `web   | …`, in a colour of its own on a terminal.
 * Text may come in any pieces; a line is written when it is whole.
 */
export class ServiceLines {
  readonly #output: Output;
  readonly #services: readonly string[];
  readonly #width: number;
  readonly #open = new Map<string, string>();

  constructor(output: Output, services: readonly string[]) {
    this.#output = output;
    this.#services = services;
    this.#width = Math.max(0, ...services.map((service) => service.length));
  }

  /** Writes one whole line. */
  line(service: string, text: string): void {
    this.#output.write(`${this.#prefix(service)} ${text}\n`);
  }

  /** Takes a piece of a service's output and writes the lines that it completes. `\r` starts a line over. */
  data(service: string, text: string): void {
    const lines = ((this.#open.get(service) ?? "") + text).split("\n");
    this.#open.set(service, lines.pop() as string);
    for (const line of lines) this.line(service, lastOverwrite(line));
  }

  /** Writes what is left of a service's output as a line. */
  end(service: string): void {
    const rest = this.#open.get(service);
    this.#open.delete(service);
    if (rest) this.line(service, lastOverwrite(rest));
  }

  #prefix(service: string): string {
    const text = `${service.padEnd(this.#width)} |`;
    const colour = colours[Math.max(0, this.#services.indexOf(service)) % colours.length] as (typeof colours)[number];
    return paint(this.#output, colour, text);
  }
}

function lastOverwrite(line: string): string {
  const bare = line.endsWith("\r") ? line.slice(0, -1) : line;
  return bare.slice(bare.lastIndexOf("\r") + 1);
}
