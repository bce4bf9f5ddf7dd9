import { expect, test } from "vitest";
import { StepLog } from "./step-log.ts";

test("a short log is kept as it came", () => {
  const log = new StepLog({ left: 1_000_000, head: 100 });
  for (let i = 0; i < 50; i++) log.add(`line ${i}\n`);
  expect(log.text).toBe(Array.from({ length: 50 }, (_, i) => `line ${i}\n`).join(""));
});

test("of a long log the beginning and the end are kept, and it is said how much is not", () => {
  const log = new StepLog({ left: 10_000_000, head: 1000 });
  let all = "";
  for (let i = 0; i < 20_000; i++) {
    all += `line ${i}\n`;
    log.add(`line ${i}\n`);
  }
  const [head = "", dropped, tail = ""] = log.text.split(/^… (\d+) characters left out …\n/m);
  expect(log.text.length).toBeLessThan(60_000);
  expect(all.startsWith(head.trimEnd())).toBe(true);
  expect(all.endsWith(tail)).toBe(true);
  // A line that was cut is ended.
  expect(head.length + Number(dropped) + tail.length).toBeLessThanOrEqual(all.length + 1);
  expect(head.length + Number(dropped) + tail.length).toBeGreaterThanOrEqual(all.length);
});

test("all logs together stay within their budget, each with its end", () => {
  const budget = { left: 1_000_000, head: 16_000 };
  const logs = Array.from({ length: 500 }, () => new StepLog(budget));
  for (const log of logs) log.add("x".repeat(100_000));
  for (const log of logs) log.add("the end\n");
  expect(logs.reduce((sum, log) => sum + log.text.length, 0)).toBeLessThan(1_000_000 + 500 * 5000);
  expect(logs.every((log) => log.text.endsWith("the end\n"))).toBe(true);
});
