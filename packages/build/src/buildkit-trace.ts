import { StringDecoder } from "node:string_decoder";
import { BuildError } from "./build-error.ts";
import type { BuilderOutput } from "./builder-output.ts";
import { failureOf } from "./failure-record.ts";
import { decodeStatusResponse, type StatusResponse, type Vertex, type VertexLog } from "./status-response.ts";

/**
 * What BuildKit says about a build: `moby.buildkit.trace` records, whose vertices come again and again and are merged
 * by digest, and one `moby.image.id`. A vertex is a step here.
 */
export async function* readBuildkitTrace(
  records: AsyncIterable<Record<string, unknown>>,
): AsyncGenerator<BuilderOutput, void, void> {
  const trace = new Trace();
  for await (const record of records) {
    const failure = failureOf(record);
    if (failure) yield failure;
    else if (record["id"] === "moby.buildkit.trace") yield* trace.read(statusOf(record["aux"]));
    else if (record["id"] === "moby.image.id") yield imageOf(record["aux"]);
  }
}

class Trace {
  readonly #steps = new Map<string, "started" | "ended">();
  readonly #decoders = new Map<string, StringDecoder>();

  *read(response: StatusResponse): Generator<BuilderOutput, void, void> {
    // A vertex ends after its output, whatever their order in one response.
    for (const vertex of response.vertexes) if (vertex.started !== undefined) yield* this.#start(vertex);
    for (const log of response.logs) yield* this.#log(log);
    for (const { vertex, id, name, current, total } of response.statuses) {
      const label = id || name;
      yield { type: "progress", step: vertex, label, current, ...(total > 0 ? { total } : {}) };
    }
    for (const { short, detail } of response.warnings) {
      yield { type: "warning", message: [short, ...detail].filter(Boolean).join("\n") };
    }
    for (const vertex of response.vertexes) if (vertex.completed !== undefined) yield* this.#complete(vertex);
  }

  *#start(vertex: Vertex): Generator<BuilderOutput, void, void> {
    if (this.#steps.has(vertex.digest) || vertex.cached) return;
    this.#steps.set(vertex.digest, "started");
    yield { ...identity(vertex), state: "started" };
  }

  *#complete(vertex: Vertex): Generator<BuilderOutput, void, void> {
    // The same vertex may be looked up several times; the first end is the one that people wait for.
    if (this.#steps.get(vertex.digest) === "ended") return;
    this.#steps.set(vertex.digest, "ended");
    for (const stream of [1, 2]) yield* this.#flush(vertex.digest, stream);
    const durationMs = Math.max(0, (vertex.completed ?? 0) - (vertex.started ?? vertex.completed ?? 0));
    const step = { ...identity(vertex), durationMs };
    if (vertex.error === "") yield { ...step, state: vertex.cached ? "cached" : "done" };
    else yield { ...step, state: isCancelled(vertex.error) ? "cancelled" : "failed", error: vertex.error };
  }

  *#log({ vertex, stream, data }: VertexLog): Generator<BuilderOutput, void, void> {
    const key = `${stream} ${vertex}`;
    const decoder = this.#decoders.get(key) ?? new StringDecoder("utf8");
    this.#decoders.set(key, decoder);
    const text = decoder.write(Buffer.from(data));
    if (text !== "") yield { type: "log", step: vertex, stream: streamName(stream), data: text };
  }

  *#flush(vertex: string, stream: number): Generator<BuilderOutput, void, void> {
    const rest = this.#decoders.get(`${stream} ${vertex}`)?.end();
    if (rest) yield { type: "log", step: vertex, stream: streamName(stream), data: rest };
  }
}

function identity(vertex: Vertex): { type: "step"; id: string; name: string; internal?: true } {
  const step = { type: "step", id: vertex.digest, name: vertex.name } as const;
  return isDockerfileStep(vertex.name) ? step : { ...step, internal: true };
}

/** Such as `[2/3] …`, `[base 2/3] …`, `[linux/arm64 base 2/3] …`. */
function isDockerfileStep(name: string): boolean {
  return /^\[(?:[^\]\s]+ )*\d+\/\d+\] /.test(name);
}

function isCancelled(error: string): boolean {
  return error.includes("context canceled");
}

function streamName(stream: number): "stdout" | "stderr" {
  return stream === 2 ? "stderr" : "stdout";
}

function statusOf(aux: unknown): StatusResponse {
  try {
    if (typeof aux === "string") return decodeStatusResponse(Buffer.from(aux, "base64"));
  } catch (cause) {
    throw broken("BuildKit's trace has a record that cannot be decoded", cause);
  }
  throw broken("BuildKit's trace has a record without content");
}

function imageOf(aux: unknown): BuilderOutput {
  const id = typeof aux === "object" && aux !== null && "ID" in aux ? aux.ID : undefined;
  if (typeof id !== "string") throw broken("the engine named no image in its moby.image.id record");
  return { type: "image", imageId: id };
}

function broken(message: string, cause?: unknown): BuildError {
  return new BuildError("BUILD_BROKEN_STREAM", message, {
    hint: "this engine speaks a BuildKit that Slipway does not know; try the classic builder",
    cause,
  });
}
