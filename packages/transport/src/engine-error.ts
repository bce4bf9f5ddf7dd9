import { isSlipwayError } from "@slipway/errors";
import { TransportError, type TransportErrorCode } from "./transport-error.ts";

const networkCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOENT",
  "EACCES",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ECONNABORTED",
]);

/**
 * An engine's or connection's failure as a {@link TransportError} that says what was being done. Errors of ours and
 * aborts come back as they are.
 * @param doing what failed, as a phrase: `starting container web`
 */
export function engineError(error: unknown, doing: string): unknown {
  if (isSlipwayError(error)) return error;
  if (error instanceof Error && error.name === "AbortError") return error;
  const { statusCode, code, json, message } = error as {
    statusCode?: number;
    code?: string;
    json?: { message?: string };
    message?: string;
  };
  const text = (typeof json === "object" ? json?.message : undefined) ?? engineText(message) ?? String(error);
  if (statusCode === undefined) {
    const lost = code !== undefined && networkCodes.has(code);
    return new TransportError(lost ? "TRANSPORT_CONNECTION_LOST" : "TRANSPORT_REFUSED", `${doing}: ${text}`, {
      cause: error,
      hint: lost ? "is the engine running, and may this user reach it?" : undefined,
    });
  }
  const [kind, hint] = classify(statusCode, text);
  // Podman says nothing where it doesn't understand a parameter.
  return new TransportError(kind, `${doing}: ${text.trim() || `the engine answered ${statusCode}`}`, {
    cause: error,
    hint,
  });
}

/** The engine's own words: for an answer that comes as a stream dockerode has them in its message only. */
function engineText(message: string | undefined): string | undefined {
  return message?.replace(/^\(HTTP code \d+\) .*? - /s, "").trim();
}

function classify(statusCode: number, text: string): [TransportErrorCode, string | undefined] {
  if (/port is already allocated|address already in use|ports are not available/i.test(text)) {
    return ["TRANSPORT_PORT_IN_USE", "stop what uses the port, or publish another one"];
  }
  if (statusCode === 404) return ["TRANSPORT_NOT_FOUND", undefined];
  if (statusCode === 401 || statusCode === 403) return ["TRANSPORT_AUTH", "log in to the registry with `docker login`"];
  if (statusCode === 409) return ["TRANSPORT_CONFLICT", undefined];
  return ["TRANSPORT_REFUSED", undefined];
}
