import { StatusError } from "pinejs-client-core";

const shown = 500;

/** An answer that is no success, as clients on pinejs-client-core throw it. */
export class HttpFailure extends StatusError {
  /** The header of that name. */
  readonly retryAfter: string | undefined;

  constructor(statusCode: number, body: string, retryAfter?: string) {
    super(textOf(body), statusCode);
    this.retryAfter = retryAfter;
  }
}

/** What the API says: a JSON string, an object with a message, or plain text; pages of HTML say nothing. */
function textOf(body: string): string {
  let text = body.trim();
  try {
    const value = JSON.parse(text) as unknown;
    const { message, error } = (value ?? {}) as { message?: unknown; error?: unknown };
    text = [value, message, error].find((candidate) => typeof candidate === "string") ?? text;
  } catch {
    if (/^<(?:!doctype|html)/i.test(text)) return "";
  }
  return text.length > shown ? `${text.slice(0, shown)}…` : text;
}
