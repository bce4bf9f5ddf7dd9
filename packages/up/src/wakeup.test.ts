import { expect, test } from "vitest";
import { Wakeup } from "./wakeup.ts";

test("a call before the wait is remembered, once", async () => {
  const wakeup = new Wakeup();
  wakeup.call();
  wakeup.call();
  await wakeup.wait();
  let woken = false;
  const waiting = wakeup.wait().then(() => (woken = true));
  await Promise.resolve();
  expect(woken).toBe(false);
  wakeup.call();
  await waiting;
});

test("a failure and an abort end the wait", async () => {
  const wakeup = new Wakeup();
  const abort = new AbortController();
  const aborted = wakeup.wait(abort.signal);
  abort.abort(new Error("enough"));
  await expect(aborted).rejects.toThrow("enough");
  const failed = wakeup.wait();
  wakeup.fail(new Error("lost"));
  await expect(failed).rejects.toThrow("lost");
  await expect(wakeup.wait()).rejects.toThrow("lost");
});
