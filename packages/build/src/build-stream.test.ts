import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { BuildStream } from "./build-stream.ts";

test("what is written reaches the context, at its reader's pace; what is printed is read", async () => {
  const stream = new BuildStream();
  const sent = "x".repeat(1_000_000);
  stream.end(sent);
  stream.print("hello\n");
  expect(await text(stream.context)).toHaveLength(sent.length);
  const closed = new Promise((resolve) => stream.once("close", resolve));
  const read = text(stream);
  stream.finish();
  expect(await read).toBe("hello\n");
  await closed;
  expect(stream.signal.aborted).toBe(false);
});

test("it closes at the build's end also when nobody reads it, and printing after that is nothing", async () => {
  const stream = new BuildStream();
  stream.print("unread");
  const closed = new Promise((resolve) => stream.once("close", () => resolve("closed")));
  stream.finish();
  stream.finish();
  stream.print("late");
  expect(await closed).toBe("closed");
});

test("a writer that waits for the context is let go when the build ends", async () => {
  const stream = new BuildStream();
  const written = new Promise((resolve) => stream.write(Buffer.alloc(1_000_000), () => resolve("let go")));
  stream.finish();
  expect(await written).toBe("let go");
});

test("destroying it ends the build, with the error if there is one", async () => {
  const stream = new BuildStream();
  const reason = new Error("enough");
  const failed = new Promise((resolve) => stream.once("error", resolve));
  stream.destroy(reason);
  expect(await failed).toBe(reason);
  expect(stream.signal.reason).toBe(reason);
  expect(stream.context.destroyed).toBe(true);
  const other = new BuildStream();
  other.destroy();
  expect(other.signal.reason).toMatchObject({ name: "AbortError" });
});
