import type Dockerode from "dockerode";
import { dial, type DialRequest } from "./dial.ts";
import type { Engine } from "./engine.ts";

/** A request with an answer of JSON. */
export interface Question extends Pick<DialRequest, "path" | "query" | "headers" | "signal"> {
  /** GET without. */
  readonly method?: DialRequest["method"] | undefined;
  /** Sent as JSON. */
  readonly json?: object | undefined;
}

/** Asks the engine and reads its answer whole; undefined where there is none. */
export async function ask<Answer>(handle: Engine | Dockerode, question: Question): Promise<Answer> {
  const { method = "GET", json, headers } = question;
  const answer = await dial(handle, {
    ...question,
    method,
    headers: { ...headers, ...(json ? { "Content-Type": "application/json" } : {}) },
    body: json && Buffer.from(JSON.stringify(json)),
  });
  const chunks: Buffer[] = [];
  for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return (text.trim() === "" ? undefined : JSON.parse(text)) as Answer;
}
