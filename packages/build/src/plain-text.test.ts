import { expect, test } from "vitest";
import type { BuildEvent, StepState } from "./build-event.ts";
import { PlainText } from "./plain-text.ts";

test("steps that run side by side can be told apart", () => {
  const text = new PlainText();
  const events: BuildEvent[] = [
    { type: "builder", builder: "buildkit", reason: "r" },
    { type: "step", id: "i", name: "[internal] x", state: "started", internal: true },
    step("c", "cached"),
    step("a", "started"),
    log("a", "one\ntw"),
    step("b", "started"),
    log("b", "three\n"),
    log("a", "o\n"),
    { type: "warning", message: "careful" },
    step("a", "failed", "bad"),
    step("b", "cancelled"),
    { type: "image", imageId: "sha256:0" },
  ];
  expect(
    events
      .map((event) => text.render(event))
      .join("")
      .split("\n"),
  ).toEqual([
    "[c] RUN c (cached)",
    "[a] RUN a",
    "one",
    "tw",
    "[b] RUN b",
    "three",
    "[a] RUN a",
    "o",
    "warning: careful",
    "failed: bad",
    "[b] RUN b",
    "cancelled",
    "built sha256:0",
    "",
  ]);
});

function step(id: string, state: StepState, error = ""): BuildEvent {
  return { type: "step", id, name: `[${id}] RUN ${id}`, state, error };
}

function log(id: string, data: string): BuildEvent {
  return { type: "log", step: id, stream: "stdout", data };
}
