import { EventEmitter } from "node:events";
import xterm from "@xterm/headless";
import type { Output } from "../src/io.ts";

/** A terminal as an output, which knows what a person sees. */
export class TestTerminal {
  readonly output: Output;
  /** All that was written. */
  written = "";
  readonly #terminal: InstanceType<typeof xterm.Terminal>;
  readonly #events = new EventEmitter();

  constructor(columns: number, rows: number) {
    this.#terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 1000 });
    const terminal = this.#terminal;
    this.output = {
      isTTY: true,
      get columns() {
        return terminal.cols;
      },
      get rows() {
        return terminal.rows;
      },
      write: (data) => {
        const text = typeof data === "string" ? data : Buffer.from(data).toString();
        this.written += text;
        // As a terminal's driver does.
        terminal.write(text.replaceAll(/(?<!\r)\n/g, "\r\n"));
      },
      on: (event, listener) => this.#events.on(event, listener),
      off: (event, listener) => this.#events.off(event, listener),
    };
  }

  /** As a person who drags the window's corner. */
  async resize(columns: number, rows: number): Promise<void> {
    await this.lines();
    this.#terminal.resize(columns, rows);
    this.#events.emit("resize");
  }

  /** What a person sees and what has scrolled away above it, without the empty lines at the end. */
  async lines(): Promise<string[]> {
    await new Promise<void>((resolve) => this.#terminal.write("", resolve));
    const { active } = this.#terminal.buffer;
    const lines = Array.from({ length: active.length }, (_, y) => active.getLine(y)?.translateToString(true) ?? "");
    while (lines.at(-1) === "") lines.pop();
    return lines;
  }

  /** What a person sees of that. */
  async screen(): Promise<string[]> {
    return (await this.lines()).slice(this.#terminal.buffer.active.baseY);
  }

  get cursorIsHidden(): boolean {
    return this.written.lastIndexOf("\u001b[?25l") > this.written.lastIndexOf("\u001b[?25h");
  }

  get listeners(): number {
    return this.#events.listenerCount("resize");
  }
}
