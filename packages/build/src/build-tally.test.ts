import { expect, test } from "vitest";
import { BuildTally } from "./build-tally.ts";

test("the last lines of the failed step, whatever the chunks, and no more than twenty", () => {
  const tally = new BuildTally();
  tally.add({ type: "step", id: "a", name: "[2/2] RUN x", state: "started" });
  const text = Array.from({ length: 50 }, (_, i) => `line ${i}\r\n`).join("");
  for (const data of text.match(/.{1,7}/gs) ?? []) tally.add({ type: "log", step: "a", stream: "stdout", data });
  tally.add({ type: "log", step: "a", stream: "stderr", data: "unfinished" });
  tally.add({ type: "step", id: "a", name: "[2/2] RUN x", state: "failed", error: "e" });
  const { output = [] } = tally.failed ?? {};
  expect(output).toHaveLength(20);
  expect([output[0], output.at(-1)]).toEqual(["line 31", "unfinished"]);
});

test("a line without end does not grow without end", () => {
  const tally = new BuildTally();
  tally.add({ type: "step", id: "a", name: "x", state: "failed" });
  for (let i = 0; i < 100; i++) tally.add({ type: "log", step: "a", stream: "stdout", data: "x".repeat(1000) });
  expect(tally.failed?.output.join("").length).toBe(2000);
});

test("of several failed steps, the one that the engine blames", () => {
  const tally = new BuildTally();
  tally.add({ type: "step", id: "a", name: "a", state: "failed", error: "other" });
  tally.add({ type: "step", id: "b", name: "b", state: "failed", error: "the reason" });
  expect(tally.failed?.name).toBe("a");
  tally.add({ type: "failure", message: "failed to solve: the reason" });
  expect(tally.failed?.name).toBe("b");
});

test("steps that ended well, without the builder's own", () => {
  const tally = new BuildTally();
  tally.add({ type: "step", id: "a", name: "[internal] x", state: "done", internal: true, durationMs: 1 });
  tally.add({ type: "step", id: "b", name: "b", state: "started" });
  tally.add({ type: "step", id: "c", name: "c", state: "cached", durationMs: 0 });
  tally.add({ type: "step", id: "b", name: "b", state: "done", durationMs: 5 });
  tally.add({ type: "step", id: "d", name: "d", state: "started" });
  expect(tally.steps).toEqual([
    { name: "b", cached: false, durationMs: 5 },
    { name: "c", cached: true, durationMs: 0 },
  ]);
});
