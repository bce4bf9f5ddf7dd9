import { BuildError } from "./build-error.ts";

const newline = 0x0a;

/**
 * The JSON records of an engine's answer, one a line, from chunks cut anywhere, also within a character.
 *
 * @throws {BuildError} `BUILD_BROKEN_STREAM` for a line that is no JSON object
 */
export async function* jsonRecords(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Record<string, unknown>, void, void> {
  let begun: Uint8Array[] = [];
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, from)) {
      begun.push(chunk.subarray(from, at));
      from = at + 1;
      const record = parse(begun);
      begun = [];
      if (record) yield record;
    }
    if (from < chunk.length) begun.push(chunk.subarray(from));
  }
  const record = parse(begun);
  if (record) yield record;
}

function parse(pieces: readonly Uint8Array[]): Record<string, unknown> | undefined {
  const text = Buffer.concat(pieces).toString("utf8").trim();
  if (text === "") return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw broken(text, cause);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw broken(text);
  return value as Record<string, unknown>;
}

function broken(text: string, cause?: unknown): BuildError {
  const shown = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  return new BuildError("BUILD_BROKEN_STREAM", `expected a JSON object from the engine, read: ${shown}`, {
    hint: "the connection was cut, or something between here and the engine answers in its place",
    cause,
  });
}
