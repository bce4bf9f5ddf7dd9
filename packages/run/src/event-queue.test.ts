import { expect, test } from "vitest";
import { EventQueue } from "./event-queue.ts";

test("events from the first on, also those that came before the iteration, and those that come during it", async () => {
  const queue = new EventQueue<number>();
  queue.push(1);
  const read = collect(queue);
  queue.push(2);
  await Promise.resolve();
  queue.push(3);
  queue.end();
  queue.push(4);
  expect(await read).toEqual([1, 2, 3]);
});

test("a failure is thrown after the last event, whatever it is", async () => {
  const queue = new EventQueue<number>();
  queue.push(1);
  queue.end({ error: undefined });
  const seen: number[] = [];
  let threw = false;
  try {
    for await (const event of queue) seen.push(event);
  } catch {
    threw = true;
  }
  expect([seen, threw]).toEqual([[1], true]);
});

test("what nobody reads makes way once it weighs too much, and that is said; what weighs nothing stays", async () => {
  const queue = new EventQueue<string>({
    limit: 10,
    weigh: (event) => (event.startsWith("!") ? 0 : event.length),
    letGo: (weight) => `${weight} gone`,
  });
  queue.push("!start");
  for (let i = 0; i < 10; i++) queue.push(`${i}..`);
  queue.end();
  expect(await collect(queue)).toEqual(["27 gone", "!start", "9.."]);
});

test("events are iterated once; after an early end nothing is held", async () => {
  const queue = new EventQueue<number>();
  queue.push(1);
  for await (const _ of queue) break;
  queue.push(2);
  expect(() => queue[Symbol.asyncIterator]()).toThrow(expect.objectContaining({ code: "RUN_EVENTS_TAKEN" }));
});

async function collect<Event>(queue: EventQueue<Event>): Promise<Event[]> {
  const all: Event[] = [];
  for await (const event of queue) all.push(event);
  return all;
}
