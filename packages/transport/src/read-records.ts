import { StringDecoder } from "node:string_decoder";

/** The JSON records of an engine's progress stream, whatever its chunks. Text that isn't JSON is left out. */
export async function* readRecords(stream: AsyncIterable<Buffer | string>): AsyncGenerator<Record<string, unknown>> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + (typeof chunk === "string" ? chunk : decoder.write(chunk))).split("\n");
    rest = lines.pop() as string;
    for (const line of lines) {
      const record = parse(line);
      if (record) yield record;
    }
  }
  const record = parse(rest + decoder.end());
  if (record) yield record;
}

function parse(line: string): Record<string, unknown> | undefined {
  if (line.trim() === "") return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
