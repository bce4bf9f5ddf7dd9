import type { BuilderOutput } from "./builder-output.ts";

/** The failure that a record of either builder stands for: `{errorDetail: {code?, message}, error}`. */
export function failureOf(record: Record<string, unknown>): (BuilderOutput & { type: "failure" }) | undefined {
  const detail = record["errorDetail"];
  const { code, message } = (typeof detail === "object" && detail !== null ? detail : {}) as Record<string, unknown>;
  const text = typeof message === "string" && message !== "" ? message : record["error"];
  if (typeof text !== "string") return undefined;
  return { type: "failure", message: text, ...(typeof code === "number" && code !== 0 ? { exitCode: code } : {}) };
}
