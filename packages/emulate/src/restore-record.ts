import { restoreTrace } from "./restore-trace.ts";
import type { Rendering, RunRestorer } from "./restore-run.ts";

/**
 * Takes what a transposition added out of one record: of the engine's build stream, or a `BuildEvent`. A record that
 * needs no change is returned itself.
 *
 * @param rendering by whom steps are named in it, where the record doesn't tell
 */
export function restoreRecord<Value>(record: Value, restorer: RunRestorer, rendering: Rendering): Value {
  if (typeof record !== "object" || record === null || Array.isArray(record)) return record;
  const fields = record as Record<string, unknown>;
  const changed: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    const restored = restoreField(name, value, fields, { restorer, rendering });
    if (restored !== value) changed[name] = restored;
  }
  return Object.keys(changed).length === 0 ? record : ({ ...fields, ...changed } as Value);
}

interface Context {
  readonly restorer: RunRestorer;
  readonly rendering: Rendering;
}

function restoreField(name: string, value: unknown, record: Record<string, unknown>, context: Context): unknown {
  const { restorer, rendering } = context;
  if (name === "stream" && typeof value === "string") return restoreLines(value, restorer, "written");
  if ((name === "error" || name === "message") && typeof value === "string") return restorer.restore(value, "written");
  if (name === "name" && record["type"] === "step" && typeof value === "string")
    return restorer.restore(value, rendering);
  if (name === "errorDetail") return restoreRecord(value, restorer, rendering);
  if (name !== "aux" || record["id"] !== "moby.buildkit.trace" || typeof value !== "string") return value;
  const bytes = Buffer.from(value, "base64");
  try {
    const restored = Buffer.from(restoreTrace(bytes, (text) => restorer.restore(text, "buildkit")));
    return restored.equals(bytes) ? value : restored.toString("base64");
  } catch {
    // No trace that is known: whoever reads it will say so.
    return value;
  }
}

/** Restores the lines of a text, each on its own. */
export function restoreLines(text: string, restorer: RunRestorer, rendering: Rendering): string {
  if (!text.includes("-execve")) return text;
  return text
    .split("\n")
    .map((line) => restorer.restore(line, rendering))
    .join("\n");
}
