import type { LocalImage } from "@slipway/multibuild";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { TestTerminal } from "../../test/terminal.ts";
import type { Io } from "../io.ts";
import { BuildRecord } from "./build-record.ts";
import type { ServiceCommandEvent } from "./command-event.ts";
import { LiveProgress } from "./live-progress.ts";

const since = Date.UTC(2026, 0, 1);

beforeEach(() => void vi.useFakeTimers({ now: since, toFake: ["setInterval", "clearInterval", "Date"] }));
afterEach(() => void vi.useRealTimers());

/** A build that is watched, and what its person sees. */
function watched(services: readonly string[], columns = 80, rows = 24, env: Io["env"] = { LANG: "C.UTF-8" }) {
  const terminal = new TestTerminal(columns, rows);
  terminal.output.write("$ slipway build\n");
  const controller = new AbortController();
  let atExit: (() => void) | undefined;
  const io: Io = {
    stdout: terminal.output,
    stderr: Object.assign(descriptors(terminal.output), { colours: false }),
    env,
    cwd: "/",
    signal: controller.signal,
    atExit: (action) => {
      atExit = action;
      return () => (atExit = undefined);
    },
  };
  const record = new BuildRecord("demo", services, since, false);
  const live = new LiveProgress(io, record);
  const add = (service: string, event: ServiceCommandEvent["event"]): void => {
    const timed = { time: Date.now(), service, event };
    record.add(timed);
    live.event();
  };
  const step = (service: string, id: string, name: string, state: "started" | "done" | "failed"): void =>
    add(service, { type: "step", id, name, state });
  const log = (service: string, id: string, data: string): void =>
    add(service, { type: "log", step: id, stream: "stdout", data });
  const end = (service: string, successful = true): void =>
    add(service, { type: "end", image: imageOf(service, successful) });
  return { terminal, live, add, step, log, end, controller, leave: () => atExit?.() };
}

/** An output whose width and height are the terminal's of the moment. */
function descriptors<T extends object>(object: T): T {
  return Object.defineProperties({} as T, Object.getOwnPropertyDescriptors(object));
}

function imageOf(serviceName: string, successful: boolean): LocalImage {
  const error = successful ? undefined : Object.assign(new Error("it failed"), { exitCode: 2 });
  return { serviceName, name: `demo-${serviceName}`, successful, error, external: false } as LocalImage;
}

test("a line for each service: what it does, how long, and the end of its output; what is done collapses", async () => {
  const { terminal, live, add, step, log, end } = watched(["web", "worker", "db"]);
  add("worker", { type: "waiting", services: ["web"] });
  step("web", "1", "[2/5] RUN npm ci", "started");
  log("web", "1", "added 3 packages\nfunding\u001b[31m!\u001b[0m\n10%\r");
  log("web", "1", "20%");
  step("db", "1", "[1/2] RUN false", "started");
  step("db", "1", "[1/2] RUN false", "failed");
  end("db", false);
  vi.advanceTimersByTime(65_000);
  expect(await terminal.lines()).toEqual([
    "$ slipway build",
    "building demo: 1 failed, 1 running, 1 waiting 1:05",
    "● web     [2/5] RUN npm ci 1:05",
    "  │ added 3 packages",
    "  │ funding!",
    "  │ 20%",
    "· worker  waits for web",
    "✘ db      failed at [1/2] RUN false: exit code 2",
  ]);
  expect(terminal.cursorIsHidden).toBe(true);
  step("web", "1", "[2/5] RUN npm ci", "done");
  end("web");
  end("worker");
  vi.advanceTimersByTime(100);
  live.close();
  expect(await terminal.lines()).toEqual([
    "$ slipway build",
    "built demo: 2 done, 1 failed 1:05",
    "✔ web     built in 1 min 5 s",
    "✔ worker  built in 1 ms",
    "✘ db      failed at [1/2] RUN false: exit code 2",
  ]);
  expect(terminal.cursorIsHidden).toBe(false);
  expect(terminal.listeners).toBe(0);
});

test("at 40 columns no line is broken, whatever the names and the output have in them", async () => {
  const { terminal, step, log, live } = watched(["a-service-with-a-name-that-goes-on", "日本語のサービス"], 40, 12);
  step("a-service-with-a-name-that-goes-on", "1", "[builder 12/34] RUN make all install-with-everything", "started");
  step("日本語のサービス", "1", "[1/2] RUN 建てる建てる建てる建てる建てる建てる建てる", "started");
  const wide = "👩‍👩‍👧 日本語 e\u0301 \t tab \u0007\u001b[2J\u001b[10;10H";
  for (let i = 0; i < 30; i++) {
    log("a-service-with-a-name-that-goes-on", "1", `${i} ${wide.repeat(5)}\n`);
    log("日本語のサービス", "1", `${wide.repeat(4)} ${i}\n`);
    vi.advanceTimersByTime(100);
  }
  const lines = await terminal.lines();
  expect(lines.slice(0, 2)).toEqual(["$ slipway build", "building demo: 2 running 3s"]);
  expect(lines[2]).toBe("● a-service-wi…  [builder 12/34] RU… 3s");
  expect(lines.filter((line) => line.startsWith("●"))).toHaveLength(2);
  expect(lines).toHaveLength(1 + 1 + 2 + 8);
  expect(lines.filter((line) => line.startsWith("  │"))).toHaveLength(8);
  live.close();
  expect(await terminal.lines()).toHaveLength(4);
});

function busy(columns: number, rows: number): ReturnType<typeof watched> {
  const build = watched(["web", "api"], columns, rows);
  for (const service of ["web", "api"]) {
    build.step(service, "1", "[2/5] RUN npm ci --omit=dev && npm run build && npm test", "started");
    for (let i = 0; i < 9; i++) build.log(service, "1", `${service} ${i} ${"x".repeat(200)}\n`);
  }
  vi.advanceTimersByTime(1000);
  return build;
}

function expectOneView(lines: readonly string[], columns: number): void {
  expect(lines.filter((line) => line.startsWith("building demo"))).toHaveLength(1);
  expect(lines.filter((line) => line.startsWith("●"))).toHaveLength(2);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(columns);
}

test.each([
  [80, 40, 41, 40],
  [100, 50, 60, 45],
  [50, 30, 90, 40],
  [60, 30, 61, 20],
])("a terminal of %d × %d that becomes %d × %d, and back, keeps what was above the view", async (...sizes) => {
  const [columns, rows, newColumns, newRows] = sizes;
  const { terminal, live } = busy(columns, rows);
  for (const [width, height] of [
    [newColumns, newRows],
    [columns, rows],
    [newColumns, newRows],
  ] as const) {
    await terminal.resize(width, height);
    vi.advanceTimersByTime(1000);
    const lines = await terminal.lines();
    expect(lines[0]).toBe("$ slipway build");
    expectOneView(lines, width);
  }
  live.close();
  expect(await terminal.lines()).toHaveLength(4);
});

test.each([
  [80, 24, 30, 10],
  [100, 30, 41, 30],
  [60, 24, 60, 6],
])("a terminal of %d × %d that becomes too small at %d × %d shows the view alone", async (...sizes) => {
  const [columns, rows, newColumns, newRows] = sizes;
  const { terminal } = busy(columns, rows);
  await terminal.resize(newColumns, newRows);
  vi.advanceTimersByTime(1000);
  expectOneView(await terminal.screen(), newColumns);
});

test("more services than lines: those that run are shown, the others counted", async () => {
  const names = Array.from({ length: 20 }, (_, i) => `s${i}`);
  const { terminal, step, end } = watched(names, 80, 8);
  for (const name of names.slice(0, 10)) {
    step(name, "1", "[1/1] RUN x", "started");
    end(name);
  }
  step("s15", "1", "[1/1] RUN y", "started");
  vi.advanceTimersByTime(200);
  const lines = await terminal.lines();
  expect(lines).toHaveLength(8);
  expect(lines).toContain("● s15  [1/1] RUN y 0s");
  expect(lines.at(-1)).toBe("  15 more: 10 done, 5 waiting");
});

test("what has not changed is not drawn again", () => {
  const { terminal, step, log } = watched(["web"]);
  step("web", "1", "[1/1] RUN a-rather-long-command", "started");
  log("web", "1", "some output\n");
  vi.advanceTimersByTime(100);
  const before = terminal.written.length;
  vi.advanceTimersByTime(800);
  expect(terminal.written.slice(before)).not.toMatch(/output|command|demo/);
});

test("a terminal without Unicode gets ASCII", async () => {
  const { terminal, step, log } = watched(["web"], 40, 10, { LANG: "C" });
  step("web", "1", `[1/1] RUN ${"long ".repeat(20)}`, "started");
  log("web", "1", "out\n");
  vi.advanceTimersByTime(100);
  const [, ...lines] = await terminal.lines();
  expect(lines.join("")).toMatch(/^[\x20-\x7e]+$/);
});

test("Ctrl-C is answered at once; leaving at once gives the cursor back", async () => {
  const { terminal, step, controller, leave } = watched(["web"]);
  step("web", "1", "[1/1] RUN sleep", "started");
  controller.abort();
  vi.advanceTimersByTime(100);
  expect((await terminal.lines())[1]).toBe("cancelling demo: Ctrl-C again leaves at once 0s");
  expect(terminal.cursorIsHidden).toBe(true);
  leave();
  expect(terminal.cursorIsHidden).toBe(false);
});

test("an image that is pulled, a step that makes progress, another attempt, a push", async () => {
  const { terminal, add, step, end } = watched(["db", "web", "api", "app"]);
  const overall = { percent: 41.7, current: 1, total: 2, bytesPerSecond: 1 };
  add("db", { type: "pull", layer: "a", status: "Downloading", overall });
  step("web", "1", "[1/2] FROM node", "started");
  add("web", { type: "progress", step: "1", current: 25, total: 100, label: "a" });
  add("web", { type: "progress", step: "1", current: 50, total: 50, label: "b" });
  step("api", "1", "[1/2] RUN fetch", "started");
  add("api", { type: "retry", attempt: 2, attempts: 3, delayMs: 10, error: new Error("reset") });
  step("api", "1", "[1/2] RUN fetch", "started");
  step("app", "1", "[1/1] RUN x", "started");
  end("app");
  add("app", { type: "push", image: "r.example/app", state: "pushing", overall });
  vi.advanceTimersByTime(100);
  expect((await terminal.lines()).slice(2)).toEqual([
    "● db   pull its image 41 % 0s",
    "● web  [1/2] FROM node 50 % 0s",
    "● api  attempt 2: [1/2] RUN fetch 0s",
    "✔ app  push r.example/app 41 %",
  ]);
});
