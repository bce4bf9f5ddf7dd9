import type { ServiceBuildEvent } from "@slipway/multibuild";

/** Characters of a log that are recorded: APIs take requests of some 500 KB, and a character may cost several. */
const keep = 64 * 1024;

/** A text as a database may store it: PostgreSQL has none with a NUL in it. */
export function storable(text: string): string {
  return text.replaceAll("\0", "\uFFFD");
}

/** What a service's build said, as one text: its steps and their output, the latest of it where it is long. */
export class BuildLog {
  #text = "";
  #dropped = 0;

  event(event: ServiceBuildEvent): void {
    if (event.type === "log") this.#add(event.data);
    else if (event.type === "step" && !event.internal && event.state !== "done") this.#line(stepLine(event));
    else if (event.type === "warning") this.#line(`warning: ${event.message}`);
  }

  toString(): string {
    return this.#dropped > 0 ? `[${this.#dropped} characters left out]\n${this.#text}` : this.#text;
  }

  #line(text: string): void {
    const onNewLine = this.#text === "" || this.#text.endsWith("\n");
    this.#add(`${onNewLine ? "" : "\n"}${text}\n`);
  }

  #add(text: string): void {
    this.#text += storable(text);
    if (this.#text.length <= keep * 1.25) return;
    const from = this.#text.length - keep;
    const line = this.#text.indexOf("\n", from);
    const cut = line < 0 || line - from > 1000 ? from : line + 1;
    this.#dropped += cut;
    this.#text = this.#text.slice(cut);
  }
}

function stepLine({ name, state, error }: Extract<ServiceBuildEvent, { type: "step" }>): string {
  if (state === "started") return name;
  return `${name} ${state.toUpperCase()}${error ? `: ${error}` : ""}`;
}
