import type { BuildEvent } from "./build-event.ts";

/** Renders events as plain text for people, for builders that send none of their own. */
export class PlainText {
  readonly #names = new Map<string, string>();
  #shown: string | undefined;
  #midLine = false;

  /** The text for an event; empty for events that say nothing new. */
  render(event: BuildEvent): string {
    switch (event.type) {
      case "step":
        return this.#step(event);
      case "log": {
        const heading = this.#heading(event.step);
        this.#midLine = !event.data.endsWith("\n");
        return heading + event.data;
      }
      case "warning":
        return this.#line(`warning: ${event.message}`);
      case "image":
        return this.#line(`built ${event.imageId}`);
      case "builder":
      case "progress":
        break;
    }
    return "";
  }

  #step({ id, name, state, internal, error }: BuildEvent & { type: "step" }): string {
    this.#names.set(id, name);
    if (internal && state !== "failed") return "";
    switch (state) {
      case "started":
        return this.#heading(id);
      case "cached":
        this.#shown = id;
        return this.#line(`${name} (cached)`);
      case "failed":
        return this.#heading(id) + this.#line(`failed: ${error ?? ""}`);
      case "cancelled":
        return this.#heading(id) + this.#line("cancelled");
      case "done":
        break;
    }
    return "";
  }

  /** Steps run side by side: whose output follows is said whenever it changes. */
  #heading(step: string): string {
    if (this.#shown === step) return "";
    this.#shown = step;
    return this.#line(this.#names.get(step) ?? step);
  }

  #line(text: string): string {
    const before = this.#midLine ? "\n" : "";
    this.#midLine = false;
    return `${before}${text}\n`;
  }
}
