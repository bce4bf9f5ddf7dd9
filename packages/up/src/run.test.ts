import { expect, test } from "vitest";
import { startRun } from "./run.ts";

test("each iterator sees all events, and the result comes with them", async () => {
  const run = startRun<number, string>(async (emit) => {
    emit(1);
    await Promise.resolve();
    emit(2);
    return "done";
  });
  const first: number[] = [];
  for await (const event of run) first.push(event);
  const second: number[] = [];
  for await (const event of run) second.push(event);
  expect([first, second, await run.result]).toEqual([[1, 2], [1, 2], "done"]);
});

test("a failure ends the iteration with the same error", async () => {
  const error = new Error("no");
  const run = startRun<number, never>(async (emit) => {
    emit(1);
    throw error;
  });
  const seen: number[] = [];
  const iterate = async (): Promise<void> => {
    for await (const event of run) seen.push(event);
  };
  await expect(iterate()).rejects.toBe(error);
  await expect(run.result).rejects.toBe(error);
  expect(seen).toEqual([1]);
});
