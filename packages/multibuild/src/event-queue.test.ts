import { expect, test } from "vitest";
import { EventQueue } from "./event-queue.ts";

test("events come in order, also those pushed before anyone reads, and none after the end", async () => {
  const queue = new EventQueue<number>();
  queue.push(1);
  queue.push(2);
  const read: number[] = [];
  for await (const event of queue) {
    read.push(event);
    if (event !== 2) continue;
    queue.push(3);
    setImmediate(() => {
      queue.push(4);
      queue.end();
      queue.push(5);
    });
  }
  expect(read).toEqual([1, 2, 3, 4]);
});

test("an error comes after the events before it", async () => {
  const queue = new EventQueue<number>();
  queue.push(1);
  queue.end({ error: new Error("broken") });
  const read: number[] = [];
  await expect(
    (async () => {
      for await (const event of queue) read.push(event);
    })(),
  ).rejects.toThrow("broken");
  expect(read).toEqual([1]);
});

test("a second reader is refused", () => {
  const queue = new EventQueue<number>();
  queue[Symbol.asyncIterator]();
  expect(() => queue[Symbol.asyncIterator]()).toThrow(expect.objectContaining({ code: "MULTIBUILD_EVENTS_TAKEN" }));
});
