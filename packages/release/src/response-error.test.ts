import { expect, test } from "vitest";
import { HttpFailure } from "./http-failure.ts";
import { responseError } from "./response-error.ts";

test.each([
  [400, "RELEASE_BAD_REQUEST", "BadRequestError"],
  [401, "RELEASE_UNAUTHORISED", "UnauthorisedError"],
  [403, "RELEASE_FORBIDDEN", "HttpResponseError"],
  [404, "RELEASE_NOT_FOUND", "ObjectDoesNotExistError"],
  [409, "RELEASE_CONFLICT", "ConflictError"],
  [418, "RELEASE_BAD_REQUEST", "HttpResponseError"],
  [429, "RELEASE_RATE_LIMITED", "HttpResponseError"],
  [500, "RELEASE_SERVER", "ServerError"],
  [503, "RELEASE_SERVER", "ServerError"],
])("%i is %s", (statusCode, code, name) => {
  expect(responseError(new HttpFailure(statusCode, "so it is"), "asking")).toMatchObject({ code, name, statusCode });
});

test.each([
  ['"a rule"', ": a rule"],
  ['{"message":"an object"}', ": an object"],
  ["plain", ": plain"],
  ["<!DOCTYPE html><p>page", ""],
  ["", ""],
  ["null", ": null"],
])("the API's own words from %j", (body, said) => {
  expect(responseError(new HttpFailure(400, body), "asking").message).toBe(`asking: the API answered 400${said}`);
});

test("an error of a client of another make is read by its status", () => {
  const error = Object.assign(new Error("Bad semver"), { statusCode: 400 });
  expect(responseError(error, "asking")).toMatchObject({ code: "RELEASE_BAD_REQUEST", cause: error });
});

test("other errors stay what they are", () => {
  const error = new RangeError("no");
  expect(responseError(error, "asking")).toBe(error);
});
