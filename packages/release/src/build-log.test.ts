import { expect, test } from "vitest";
import { BuildLog } from "./build-log.ts";

test("steps, their output and warnings, each on lines of its own", () => {
  const log = new BuildLog();
  log.event({ type: "step", id: "1", name: "[1/2] FROM a", state: "started" });
  log.event({ type: "step", id: "1", name: "[1/2] FROM a", state: "cached" });
  log.event({ type: "step", id: "i", name: "load context", state: "started", internal: true });
  log.event({ type: "log", step: "2", stream: "stdout", data: "no end" });
  log.event({ type: "warning", message: "old" });
  log.event({ type: "step", id: "2", name: "[2/2] RUN x", state: "failed", error: "exit code 1" });
  expect(String(log)).toBe(
    "[1/2] FROM a\n[1/2] FROM a CACHED\nno end\nwarning: old\n[2/2] RUN x FAILED: exit code 1\n",
  );
});

test("of a long one the end, from a line's start, with word of what is left out", () => {
  const log = new BuildLog();
  const line = `${"x".repeat(99)}\n`;
  for (let i = 0; i < 10_000; i++) log.event({ type: "log", step: "1", stream: "stdout", data: line });
  const text = String(log);
  expect(text.length).toBeLessThan(400_000);
  const [, left] = /^\[(\d+) characters left out\]\nx{99}\n/.exec(text) ?? [];
  expect(Number(left) + text.length - text.indexOf("\n") - 1).toBe(1_000_000);
});

test("what no database stores is replaced", () => {
  const log = new BuildLog();
  log.event({ type: "log", step: "1", stream: "stdout", data: "a\0b\n" });
  expect(String(log)).toBe("a\uFFFDb\n");
});
