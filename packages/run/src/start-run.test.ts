import { expect, test } from "vitest";
import { startRun } from "./start-run.ts";

test("events, then the result; the operation starts once the caller has the run", async () => {
  let started = false;
  const run = startRun<number, string>(async (emit) => {
    started = true;
    emit(1);
    await Promise.resolve();
    emit(2);
    return "done";
  });
  expect(started).toBe(false);
  const seen: number[] = [];
  for await (const event of run) seen.push(event);
  expect([seen, await run.result]).toEqual([[1, 2], "done"]);
});

test("a failure reaches the iteration and the result, and harms nobody who only iterates", async () => {
  const failure = new TypeError("no");
  const run = startRun<number, string>(async (emit) => {
    emit(1);
    throw failure;
  });
  const seen: number[] = [];
  const iterate = async (): Promise<void> => {
    for await (const event of run) seen.push(event);
  };
  await expect(iterate()).rejects.toBe(failure);
  expect(seen).toEqual([1]);
  await expect(run.result).rejects.toBe(failure);
});

test("who never iterates, or breaks off, gets the result", async () => {
  const run = startRun<number, string>(async (emit) => {
    emit(1);
    emit(2);
    return "done";
  });
  for await (const _ of run) break;
  expect(await run.result).toBe("done");
});
