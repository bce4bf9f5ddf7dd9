import { isSlipwayError } from "@slipway/errors";
import { BuildReport } from "./build-report.ts";
import { formatDuration } from "./duration.ts";
import type { Io } from "./io.ts";
import { type LiveBoard, liveText } from "./live-board.ts";
import type { LiveEvent } from "./live-event.ts";
import { paint } from "./paint.ts";
import { ServiceLines } from "./service-lines.ts";
import { addressesOf, UpReport } from "./up-report.ts";

/** Prints a live session as it goes, a line for each thing that happens. */
export class LiveReport {
  readonly #io: Pick<Io, "stdout">;
  readonly #build: BuildReport;
  readonly #up: UpReport;
  readonly #lines: ServiceLines;
  readonly #board: LiveBoard | undefined;

  /** @param board where the services' states are shown, if it is a terminal; it is `io.stdout` then */
  constructor(io: Pick<Io, "stdout">, services: readonly string[], board?: LiveBoard) {
    this.#board = board;
    this.#io = io;
    this.#build = new BuildReport(io.stdout, services);
    this.#up = new UpReport(io.stdout, services);
    this.#lines = new ServiceLines(io.stdout, services);
  }

  event(event: LiveEvent): void {
    this.#print(event);
    this.#show(event);
  }

  /** A service's line on the board. */
  #show(event: LiveEvent): void {
    const board = this.#board;
    switch (event.type) {
      case "ready":
        for (const { service, live } of event.services) board?.set(service, live ? state.live : state.runs);
        break;
      case "build":
        if (event.service) board?.set(event.service, state.building);
        break;
      case "changed":
        board?.set(event.service, state.pushing);
        break;
      case "command":
        board?.set(event.service, { text: "running", style: "cyan", last: event.command });
        break;
      case "pushed":
        board?.set(
          event.service,
          event.outcome === "unchanged" ? state.live : { ...state.live, last: describePush(event) },
        );
        break;
      case "rebuild":
        board?.set(event.service, { ...state.building, last: event.reasons.join("; ") });
        break;
      case "rebuilt":
        board?.set(event.service, { ...state.live, last: describeRebuild(event) });
        break;
      case "failed":
        board?.set(event.service, { text: "failed", style: "red", last: messageOf(event.error) });
        break;
      case "log":
      case "output":
      case "up":
        break;
    }
  }

  #print(event: LiveEvent): void {
    const { stdout } = this.#io;
    switch (event.type) {
      case "build":
        this.#build.event(event);
        break;
      case "up":
        this.#up.event(event.event);
        break;
      case "ready":
        for (const { service, ports, live } of event.services) {
          const addresses = addressesOf(ports).join(", ");
          this.#lines.line(service, [live ? "live" : "runs", addresses && `on ${addresses}`].filter(Boolean).join(" "));
        }
        stdout.write(this.#board ? "" : "watching; end with Ctrl-C\n");
        break;
      case "changed":
        this.#lines.line(event.service, paint(stdout, "bold", describeChange(event)));
        break;
      case "command":
        this.#lines.line(event.service, paint(stdout, "cyan", `run ${event.command}`));
        break;
      case "output":
        this.#lines.data(event.service, event.data);
        break;
      case "pushed":
        this.#lines.end(event.service);
        this.#lines.line(event.service, paint(stdout, "green", describePush(event)));
        break;
      case "rebuild":
        this.#lines.line(event.service, paint(stdout, "yellow", `building anew: ${event.reasons.join("; ")}`));
        break;
      case "rebuilt":
        this.#lines.line(event.service, paint(stdout, "green", describeRebuild(event)));
        break;
      case "failed":
        this.#lines.end(event.service);
        this.#failed(event);
        break;
      case "log":
        this.#lines.line(event.service, event.line);
        break;
    }
  }

  #failed({ service, error }: Extract<LiveEvent, { type: "failed" }>): void {
    this.#lines.line(service, paint(this.#io.stdout, "red", `failed: ${messageOf(error)}`));
    if (isSlipwayError(error) && error.hint) this.#lines.line(service, `  hint: ${error.hint}`);
  }
}

const state = {
  live: { text: liveText, style: "green" },
  runs: { text: "runs", style: "dim" },
  building: { text: "building", style: "yellow" },
  pushing: { text: "pushing", style: "cyan" },
} as const;

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function describeRebuild({ durationMs }: Extract<LiveEvent, { type: "rebuilt" }>): string {
  return `built anew in ${formatDuration(durationMs)}`;
}

/** What a push did, in a line: `pushed 1 file, ran 1 command, restarted in 310 ms (copy 4 ms, restart 290 ms)`. */
export function describePush(event: Extract<LiveEvent, { type: "pushed" }>): string {
  const { outcome, copied, deleted, commands, restarted, durationMs, parts } = event;
  if (outcome === "unchanged") return "nothing to push: no step of the Dockerfile takes that";
  const did = [
    copied > 0 && `pushed ${count(copied, "file")}`,
    deleted > 0 && `removed ${count(deleted, "file")}`,
    commands > 0 && `ran ${count(commands, "command")}`,
    restarted && "restarted",
  ].filter(Boolean);
  const times = parts.map(({ name, durationMs: took }) => `${name} ${formatDuration(took)}`).join(", ");
  return `${did.join(", ") || "up to date"} in ${formatDuration(durationMs)}${times ? ` (${times})` : ""}`;
}

function describeChange({ changed, deleted }: Extract<LiveEvent, { type: "changed" }>): string {
  const names = [...changed.map((path) => `${path} changed`), ...deleted.map((path) => `${path} deleted`)];
  return names.length <= 3 ? names.join(", ") : `${names.slice(0, 2).join(", ")} and ${names.length - 2} more`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
