import type { IncomingMessage } from "node:http";

/** More of the words of an engine that refuses would help nobody. */
const wordsBytes = 64 * 1024;

/** An answer that is none of success, in the shape that dockerode's errors have. */
export class EngineAnswer extends Error {
  override readonly name: string = "EngineAnswer";
  readonly statusCode: number;
  readonly json: unknown;

  private constructor(statusCode: number, words: string, json: unknown) {
    super(`(HTTP code ${statusCode}) unexpected - ${words}`);
    this.statusCode = statusCode;
    this.json = json;
  }

  /** Reads what the engine says. */
  static async read(response: IncomingMessage): Promise<EngineAnswer> {
    let text = "";
    response.setEncoding("utf8");
    for await (const chunk of response as AsyncIterable<string>) {
      text += chunk;
      if (text.length > wordsBytes) break;
    }
    const json = parsed(text) as { message?: unknown; error?: unknown } | undefined;
    const words = json?.message ?? json?.error ?? text;
    return new EngineAnswer(response.statusCode ?? 0, String(words), json);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
