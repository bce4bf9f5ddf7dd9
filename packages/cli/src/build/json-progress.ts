import type { Output } from "../io.ts";
import { errorToJson } from "../error-to-json.ts";
import type { CommandEvent } from "./command-event.ts";
import type { Progress } from "./progress.ts";

/** Writes each event as a line of JSON. */
export class JsonProgress implements Progress {
  readonly #output: Output;

  constructor(output: Output) {
    this.#output = output;
  }

  event({ time, service, event }: CommandEvent): void {
    this.line(time, { service, ...withoutHandles(event) });
  }

  /** Writes a line that is about all services. */
  line(time: number, fields: Readonly<Record<string, unknown>>): void {
    this.#output.write(`${JSON.stringify({ time: new Date(time).toISOString(), ...fields })}\n`);
  }

  close(): void {
    // Each line was written when it was due.
  }
}

/** An event's own fields; errors as data, and of an image what says something outside of this process. */
function withoutHandles(event: CommandEvent["event"]): Readonly<Record<string, unknown>> {
  if (event.type === "end") {
    const { name, imageId, successful, external, startTime, endTime, engine, platform, attempts, sharedWith, error } =
      event.image;
    return {
      type: "end",
      successful,
      image: name,
      id: imageId,
      external,
      engine,
      platform,
      attempts,
      sharedWith,
      durationMs: endTime - startTime,
      ...(successful ? {} : { error: errorToJson(error) }),
    };
  }
  if (!("error" in event) || typeof event.error === "string") return { ...event };
  return { ...event, error: errorToJson(event.error) };
}
