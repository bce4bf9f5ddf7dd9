import type { SlipwayErrorOptions } from "@slipway/errors";
import { ReleaseError, type ReleaseErrorCode } from "./release-error.ts";

/** The API answered, and not with success. Its own words are in the message. */
export class HttpResponseError extends ReleaseError {
  override readonly name: string = "HttpResponseError";
  readonly statusCode: number;

  constructor(code: ReleaseErrorCode, message: string, statusCode: number, options: SlipwayErrorOptions = {}) {
    super(code, message, options as SlipwayErrorOptions<ReleaseErrorCode>);
    this.statusCode = statusCode;
  }
}

/** 400: a rule of the API is broken; its text says which. */
export class BadRequestError extends HttpResponseError {
  override readonly name: string = "BadRequestError";
}

/** 401: no token, or one that the API doesn't take. */
export class UnauthorisedError extends HttpResponseError {
  override readonly name: string = "UnauthorisedError";
}

/** 404. */
export class ObjectDoesNotExistError extends HttpResponseError {
  override readonly name: string = "ObjectDoesNotExistError";
}

/** 409: what was to be made exists. */
export class ConflictError extends HttpResponseError {
  override readonly name: string = "ConflictError";
}

/** 5xx. */
export class ServerError extends HttpResponseError {
  override readonly name: string = "ServerError";
}
