import { expect, test } from "vitest";
import { LastLines } from "./last-lines.ts";

test("the last lines of both streams, across pieces, also one without an end", () => {
  const tail = new LastLines(3);
  const add = (stream: "stdout" | "stderr", text: string): void => tail.add({ stream, data: Buffer.from(text) });
  add("stdout", "one\ntwo\r\nth");
  add("stderr", "error\n");
  add("stdout", "ree\nfour");
  expect(tail.get()).toEqual(["error", "three", "four"]);
});

test("a line of any length takes bounded room", () => {
  const tail = new LastLines();
  for (let i = 0; i < 100; i++) tail.add({ stream: "stdout", data: Buffer.alloc(100_000, "x") });
  expect(tail.get().join("").length).toBeLessThan(1_000);
});
