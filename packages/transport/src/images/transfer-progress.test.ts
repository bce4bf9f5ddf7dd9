import { expect, test } from "vitest";
import { ProgressTally } from "./transfer-progress.ts";

test("layers, and all of them together: percent, bytes, rate", () => {
  let now = 0;
  const tally = new ProgressTally(() => now);
  tally.add({ id: "1", status: "Pulling from library/x" });
  tally.add({ id: "a", status: "Pulling fs layer" });
  tally.add({ id: "b", status: "Pulling fs layer" });
  tally.add({ id: "a", status: "Downloading", current: 0, total: 100 });
  now = 1_000;
  expect(tally.add({ id: "a", status: "Downloading", current: 50, total: 100 })).toEqual({
    layer: "a",
    status: "Downloading",
    current: 50,
    total: 100,
    percent: 50,
    overall: { percent: expect.closeTo(17.5), current: 50, total: 100, bytesPerSecond: 50 },
  });
  tally.add({ id: "b", status: "Downloading", current: 300, total: 300 });
  tally.add({ id: "a", status: "Pull complete" });
  const last = tally.add({ id: "b", status: "Already exists" });
  expect(last.overall).toMatchObject({ percent: 100, current: 400, total: 400 });
});

test("the sum never falls, also where a layer turns out to be big", () => {
  const tally = new ProgressTally(() => 0);
  tally.add({ id: "a", status: "Pushing", current: 10, total: 10 });
  tally.add({ id: "b", status: "Pushing", current: 0, total: 1_000_000 });
  expect(tally.add({ id: "b", status: "Pushing", current: 1, total: 1_000_000 }).overall?.percent).toBe(100);
});
