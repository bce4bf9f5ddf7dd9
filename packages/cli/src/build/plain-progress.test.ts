import { expect, test } from "vitest";
import type { ServiceCommandEvent } from "./command-event.ts";
import { PlainProgress } from "./plain-progress.ts";

function lines(colours: boolean, ...events: [service: string, event: ServiceCommandEvent["event"]][]): string[] {
  let text = "";
  const progress = new PlainProgress({ write: (more) => (text += more), colours }, ["web", "worker"]);
  for (const [service, event] of events) progress.event({ time: 0, service, event });
  progress.close();
  return text.split("\n").slice(0, -1);
}

const overall = { percent: 1, current: 1, total: 2, bytesPerSecond: 1 };

test("each line begins with its service", () => {
  const error = new Error("reset by peer");
  const printed = lines(
    false,
    ["worker", { type: "waiting", services: ["web"] }],
    ["web", { type: "assigned", engine: "ssh://a", platform: "linux/arm64", runs: "emulated" }],
    ["web", { type: "step", id: "1", name: "[1/1] RUN x", state: "started" }],
    ["web", { type: "log", step: "1", stream: "stdout", data: "par" }],
    ["web", { type: "log", step: "1", stream: "stdout", data: "tial\nhalf" }],
    ["web", { type: "retry", attempt: 2, attempts: 3, delayMs: 1, error }],
    ["web", { type: "step", id: "1", name: "[1/1] RUN x", state: "started" }],
    ["web", { type: "moved", from: "ssh://a", error }],
    ["worker", { type: "transfer", image: "base", from: "ssh://a", to: "ssh://b" }],
    ["worker", { type: "shared", with: "web" }],
    ["web", { type: "push", image: "r/web", state: "started" }],
    ["web", { type: "push", image: "r/web", state: "pushing", overall }],
    ["web", { type: "push", image: "r/web", state: "pushed", digest: "sha256:1" }],
    ["web", { type: "push", image: "r/web", state: "failed", error }],
  );
  expect(printed).toEqual([
    "worker | waits for web",
    "web    | is built for linux/arm64 on ssh://a, by emulation",
    "web    | [1/1] RUN x",
    "web    | partial",
    "web    | half",
    "web    | attempt 2 of 3, since it failed: reset by peer",
    "web    | [1/1] RUN x",
    "web    | ssh://a went away: waits for another engine",
    "worker | takes base from ssh://a to ssh://b",
    "worker | is the same build as web",
    "web    | push r/web",
    "web    | pushed r/web (sha256:1)",
    "web    | push of r/web failed",
  ]);
});

test("with colours each service has its own", () => {
  const [web = "", worker = ""] = lines(
    true,
    ["web", { type: "step", id: "1", name: "a", state: "started" }],
    ["worker", { type: "step", id: "1", name: "a", state: "started" }],
  );
  expect(web).toBe("\u001b[36mweb    |\u001b[39m a");
  expect(worker).toBe("\u001b[33mworker |\u001b[39m a");
});
