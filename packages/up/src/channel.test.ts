import { expect, test } from "vitest";
import { Channel } from "./channel.ts";

test("values arrive in order and a sender waits while the channel is full", async () => {
  const channel = new Channel<number>(2);
  await channel.send(1);
  let sent = false;
  const second = channel.send(2).then(() => (sent = true));
  await Promise.resolve();
  expect(sent).toBe(false);
  const reader = channel.read();
  expect((await reader.next()).value).toBe(1);
  expect((await reader.next()).value).toBe(2);
  await second;
  channel.end();
  expect((await reader.next()).done).toBe(true);
  await channel.send(3);
});

test("a failure reaches the reader at once and frees the senders", async () => {
  const channel = new Channel<number>(1);
  const sender = channel.send(1);
  channel.end({ error: new Error("lost") });
  await sender;
  await expect(channel.read().next()).rejects.toThrow("lost");
});
