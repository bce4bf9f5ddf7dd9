import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { timeLimit } from "./time-limit.ts";

test("a limit comes, also after a collection of garbage, where it is only part of another signal", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const combined = AbortSignal.any([new AbortController().signal, timeLimit(50)]);
  const came = new Promise<unknown>((resolve) =>
    combined.addEventListener("abort", () => resolve(combined.reason), { once: true }),
  );
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  // A limit's own timer keeps no process, and no test, waiting.
  const waiting = setInterval(() => undefined, 1000);
  expect(await came).toMatchObject({ name: "TimeoutError" });
  clearInterval(waiting);
});
