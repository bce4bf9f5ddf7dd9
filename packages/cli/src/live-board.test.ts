import { EventEmitter } from "node:events";
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { LiveBoard } from "./live-board.ts";
import { keyHelp, readKeys } from "./live-keys.ts";
import { LiveReport } from "./live-report.ts";

/** What a terminal shows after all that was written to it. */
// oxlint-disable no-control-regex
function screenOf(written: string): string[] {
  const lines: string[] = [""];
  for (const part of written.split(/(\u001b\[\d*[AJ]|\n)/)) {
    const move = /^\u001b\[(\d+)A$/.exec(part);
    if (move) lines.length -= Number(move[1]);
    else if (part === "\n") lines.push("");
    else if (part !== "\u001b[J") lines[lines.length - 1] = (move ? "" : lines.at(-1)) + stripVTControlCharacters(part);
    if (move) lines[lines.length - 1] = "";
  }
  return lines;
}

test("services' states stay at the end, all else scrolls above them", () => {
  let written = "";
  const output = { write: (text: string) => (written += text), isTTY: true, columns: 100 };
  const board = new LiveBoard(output, ["web", "worker"], keyHelp);
  const report = new LiveReport({ stdout: board }, ["web", "worker"], board);
  const service = (name: string, live: boolean) => ({ service: name, containerId: "", ports: [], live });
  report.event({ type: "ready", services: [service("web", true), service("worker", false)] });
  report.event({ type: "log", service: "worker", line: "hello", stderr: false });
  report.event({ type: "changed", service: "web", changed: ["a.js"], deleted: [] });
  const did = { copied: 1, deleted: 0, commands: 1, restarted: true, durationMs: 310, parts: [] };
  report.event({ type: "pushed", service: "web", outcome: "pushed", ...did });
  expect(screenOf(written).slice(-8)).toEqual([
    "worker | runs",
    "worker | hello",
    "web    | a.js changed",
    "web    | pushed 1 file, ran 1 command, restarted in 310 ms",
    "web     live  pushed 1 file, ran 1 command, restarted in 310 ms",
    "worker  runs",
    keyHelp,
    "",
  ]);
  board.pause(true);
  expect(screenOf(written).slice(-4, -2)).toEqual([
    "web     paused  pushed 1 file, ran 1 command, restarted in 310 ms",
    "worker  runs",
  ]);
  board.pause(false);
  report.event({ type: "rebuild", service: "web", reasons: ["the Dockerfile changed"] });
  expect(screenOf(written).at(-4)).toBe("web     building  the Dockerfile changed");
  report.event({ type: "rebuilt", service: "web", containerId: "", durationMs: 1_200 });
  expect(screenOf(written).at(-4)).toBe("web     live  built anew in 1.2 s");
  const before = written;
  report.event({ type: "ready", services: [] });
  expect(written).toBe(before);
  report.event({ type: "failed", service: "web", error: new Error("no") });
  expect(screenOf(written).at(-4)).toBe("web     failed  no");
  board.close();
  expect(screenOf(written).at(-2)).toBe("web    | failed: no");
});

test("keys rebuild, restart, pause, go on and quit; the terminal is left as it was", () => {
  const did: string[] = [];
  const keyboard = Object.assign(new EventEmitter(), {
    isTTY: true,
    setRawMode: (raw: boolean) => did.push(`raw ${raw}`),
    resume: () => did.push("resume"),
    pause: () => did.push("stop"),
  });
  const stop = readKeys(
    keyboard,
    {
      rebuild: () => did.push("rebuild"),
      restart: () => did.push("restart"),
      pause: (paused) => did.push(`pause ${paused}`),
    },
    () => did.push("quit"),
    (paused) => did.push(`shown ${paused}`),
  );
  for (const keys of ["b", "rx", "p", "p", "q", "\x03"]) keyboard.emit("data", Buffer.from(keys));
  stop();
  keyboard.emit("data", Buffer.from("b"));
  expect(did.join(", ")).toBe(
    "raw true, resume, rebuild, restart, pause true, shown true, pause false, shown false, quit, quit, raw false, stop",
  );
});
