import { type Engine, engineError } from "@slipway/transport";
import { labelNames } from "./labels.ts";

/** What happened to a container. */
interface EngineEvent {
  /** The engine's word: create, start, die, destroy, health_status: healthy. */
  readonly action: string;
  readonly containerId: string;
}

/** Who wants to know of a project's events. */
interface EventListener {
  readonly onEvent: (event: EngineEvent) => void;
  /** The engine is lost; nothing more will come. */
  readonly onLost: (error: unknown) => void;
}

/** The engine's events on the containers of one project, from the moment of {@link openProjectEvents} on. */
export interface ProjectEvents {
  /** Returns the function that ends the subscription. */
  subscribe(listener: EventListener): () => void;
  close(): void;
}

/** Opens the stream of a project's container events; once this has resolved, none is missed. */
export async function openProjectEvents(engine: Engine, project: string, signal?: AbortSignal): Promise<ProjectEvents> {
  const doing = `watching the events of project ${project}`;
  const stream = (await engine.docker
    .getEvents({
      filters: { type: ["container"], label: [`${labelNames.project}=${project}`] },
      ...(signal ? { abortSignal: signal } : {}),
    })
    .catch((error: unknown) => {
      signal?.throwIfAborted();
      throw engineError(error, doing);
    })) as NodeJS.ReadableStream & { destroy(): void };
  const listeners = new Set<EventListener>();
  let lost: { readonly error: unknown } | undefined;
  const lose = (cause: unknown): void => {
    if (lost) return;
    lost = { error: signal?.aborted ? signal.reason : engineError(cause, doing) };
    for (const { onLost } of listeners) onLost(lost.error);
  };
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.trim() === "") continue;
      const event = readEvent(line);
      for (const { onEvent } of listeners) onEvent(event);
    }
  });
  stream.on("error", lose);
  stream.on("close", () => lose(connectionClosed()));
  return {
    subscribe: (listener) => {
      listeners.add(listener);
      if (lost) listener.onLost(lost.error);
      return () => listeners.delete(listener);
    },
    close: () => {
      listeners.clear();
      stream.destroy();
    },
  };
}

function readEvent(line: string): EngineEvent {
  const record = JSON.parse(line) as { Action?: string; Actor?: { ID?: string } };
  return { action: record.Action ?? "", containerId: record.Actor?.ID ?? "" };
}

/** What Node gives when a socket closes in the middle of an answer. */
function connectionClosed(): Error {
  return Object.assign(new Error("the engine closed the connection"), { code: "ECONNRESET" });
}
