import { expect, test } from "vitest";
import { HttpFailure } from "./http-failure.ts";
import { isTransient, withRetries } from "./retry.ts";

const failing = (errors: readonly unknown[]): { call: () => Promise<string>; calls: () => number } => {
  let calls = 0;
  const call = async (): Promise<string> => {
    const error = errors[calls++];
    if (error) throw error;
    return "done";
  };
  return { call, calls: () => calls };
};
const quick = { delayMs: 1 };

test("tries again what may be gone the next time", async () => {
  const { call, calls } = failing([
    new HttpFailure(503, ""),
    new HttpFailure(429, "", "0"),
    new TypeError("fetch failed"),
  ]);
  expect([await withRetries(call, quick), calls()]).toEqual(["done", 4]);
});

test.each([400, 401, 403, 404, 409])("%i is tried once", async (status) => {
  const { call, calls } = failing([new HttpFailure(status, "no")]);
  await expect(withRetries(call, quick)).rejects.toMatchObject({ statusCode: status });
  expect(calls()).toBe(1);
});

test("gives up with the last error", async () => {
  const { call, calls } = failing([1, 2, 3].map((n) => new HttpFailure(500, `${n}`)));
  await expect(withRetries(call, { ...quick, attempts: 3 })).rejects.toThrow("3");
  expect(calls()).toBe(3);
});

test("waits as long as the API asks, in seconds or until a date, and no longer than it may", async () => {
  for (const retryAfter of ["3600", new Date(Date.now() + 3_600_000).toUTCString()]) {
    const { call } = failing([new HttpFailure(429, "", retryAfter)]);
    expect(await withRetries(call, { maxDelayMs: 5 })).toBe("done");
  }
});

test("an abort ends the wait", async () => {
  const stop = new AbortController();
  const { call } = failing([new HttpFailure(503, "", "3600")]);
  const waiting = withRetries(call, { maxDelayMs: 3_600_000 }, stop.signal);
  setImmediate(() => stop.abort(new Error("enough")));
  await expect(waiting).rejects.toThrow("enough");
});

test("a mistake of the program's own is none of the network's", () => {
  expect(isTransient(new TypeError("x is not a function"))).toBe(false);
  expect(isTransient(Object.assign(new Error("x"), { code: "ECONNRESET" }))).toBe(true);
});
