import { expect, test } from "vitest";
import type { BuildEvent } from "./build-event.ts";
import { EventQueue } from "./event-queue.ts";

const log = (data: string): BuildEvent => ({ type: "log", step: "a", stream: "stdout", data });

test("events from the first on, also those that came before the iteration, and those that come during it", async () => {
  const queue = new EventQueue();
  queue.push(log("1"));
  const read = collect(queue);
  queue.push(log("2"));
  await Promise.resolve();
  queue.push(log("3"));
  queue.end();
  expect((await read).map((event) => (event.type === "log" ? event.data : event.type))).toEqual(["1", "2", "3"]);
});

test("a failure is thrown after the last event", async () => {
  const queue = new EventQueue();
  queue.push(log("1"));
  queue.end({ error: undefined });
  const seen: BuildEvent[] = [];
  let threw = false;
  try {
    for await (const event of queue) seen.push(event);
  } catch {
    threw = true;
  }
  expect([seen.length, threw]).toEqual([1, true]);
});

test("output that nobody reads makes way, and that is said", async () => {
  const queue = new EventQueue(10);
  queue.push({ type: "builder", builder: "classic", reason: "r" });
  for (let i = 0; i < 10; i++) queue.push(log(`${i}..`));
  queue.end();
  expect(await collect(queue)).toEqual([
    { type: "warning", message: "27 characters of earlier output were let go, as nobody read them" },
    { type: "builder", builder: "classic", reason: "r" },
    log("9.."),
  ]);
});

test("events are iterated once; after an early end nothing is held", async () => {
  const queue = new EventQueue();
  queue.push(log("1"));
  for await (const _ of queue) break;
  queue.push(log("2"));
  expect(() => queue[Symbol.asyncIterator]()).toThrow(expect.objectContaining({ code: "BUILD_EVENTS_TAKEN" }));
});

async function collect(queue: EventQueue): Promise<BuildEvent[]> {
  const all: BuildEvent[] = [];
  for await (const event of queue) all.push(event);
  return all;
}
