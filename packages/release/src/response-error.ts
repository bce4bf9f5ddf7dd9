import { isSlipwayError } from "@slipway/errors";
import { ReleaseError } from "./release-error.ts";
import {
  BadRequestError,
  ConflictError,
  HttpResponseError,
  ObjectDoesNotExistError,
  ServerError,
  UnauthorisedError,
} from "./response-errors.ts";

/**
 * The error for a request that failed, whichever client made it: by its `statusCode` where the API answered, else as one
 * that could not be reached.
 */
export function responseError(error: unknown, doing: string): Error {
  if (isSlipwayError(error)) return error;
  const status = statusOf(error);
  const said = saying(error);
  const because = said ? `: ${said}` : "";
  if (status === undefined) {
    if (!isNetworkFailure(error)) return error instanceof Error ? error : new TypeError(String(error));
    return new ReleaseError("RELEASE_UNREACHABLE", `${doing}: the API cannot be reached${because}`, {
      hint: "check the API's address and the network",
      cause: error,
    });
  }
  const message = `${doing}: the API answered ${status}${because}`;
  switch (status) {
    case 400:
      return new BadRequestError("RELEASE_BAD_REQUEST", message, status, { cause: error });
    case 401: {
      const hint = "the token is missing, wrong or out of date; log in anew";
      return new UnauthorisedError("RELEASE_UNAUTHORISED", message, status, { hint, cause: error });
    }
    case 403: {
      const hint = "the token's owner may not do this; ask for access to the fleet";
      return new HttpResponseError("RELEASE_FORBIDDEN", message, status, { hint, cause: error });
    }
    case 404:
      return new ObjectDoesNotExistError("RELEASE_NOT_FOUND", message, status, { cause: error });
    case 409:
      return new ConflictError("RELEASE_CONFLICT", message, status, { cause: error });
    case 429: {
      const hint = "wait a moment, then try again";
      return new HttpResponseError("RELEASE_RATE_LIMITED", message, status, { hint, cause: error });
    }
    default:
      if (status >= 500) return new ServerError("RELEASE_SERVER", message, status, { cause: error });
      return new HttpResponseError("RELEASE_BAD_REQUEST", message, status, { cause: error });
  }
}

/** The status of the answer that an error tells of, if there was one. */
export function statusOf(error: unknown): number | undefined {
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === "number" ? status : undefined;
}

const networkCodes =
  /^(?:E(?:CONN|PIPE|HOST|NET|AI_|TIMEDOUT|NOTFOUND)|UND_ERR_|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO_|ERR_TLS)/;

/** Whether the request never got an answer. */
export function isNetworkFailure(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause.name === "TimeoutError" || networkCodes.test(String((cause as { code?: unknown }).code))) return true;
    // What fetch throws where nothing answers.
    if (cause.name === "TypeError" && /fetch failed|terminated/.test(cause.message)) return true;
  }
  return false;
}

/** What an error says, with why: fetch hides its reason in the cause. */
function saying(error: unknown): string {
  const said: string[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const message = cause.message.trim();
    if (message && message !== "fetch failed" && !said.includes(message)) said.push(message);
  }
  return said.join(": ");
}
