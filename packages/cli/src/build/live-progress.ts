import type { Io } from "../io.ts";
import { paint } from "../paint.ts";
import { buildFrame, type FrameOptions } from "./build-frame.ts";
import type { BuildRecord } from "./build-record.ts";
import type { Progress } from "./progress.ts";
import { Screen } from "./screen.ts";

const framesEveryMs = 100;

/** A view of all services that is drawn anew in place, on stderr. */
export class LiveProgress implements Progress {
  readonly #io: Io;
  readonly #record: BuildRecord;
  readonly #screen: Screen;
  readonly #timer: NodeJS.Timeout;
  readonly #draw = (): void => this.#screen.draw(this.#frame());
  readonly #leave: () => void;

  /** @param record gets the events before this view does */
  constructor(io: Io, record: BuildRecord) {
    this.#io = io;
    this.#record = record;
    this.#screen = new Screen(io.stderr);
    this.#timer = setInterval(this.#draw, framesEveryMs);
    io.stderr.on?.("resize", this.#draw);
    // Whoever ends the process at once still wants the cursor back.
    this.#leave = io.atExit?.(() => this.#screen.restore()) ?? ((): void => undefined);
    this.#draw();
  }

  event(): void {
    // The record has it; the next frame shows it.
  }

  close(): void {
    clearInterval(this.#timer);
    this.#io.stderr.off?.("resize", this.#draw);
    this.#screen.clear();
    this.#leave();
    const { stderr } = this.#io;
    for (const line of this.#frame({ final: true })) stderr.write(`${line}\n`);
    const warnings = this.#record.services.flatMap(({ service, warnings }) =>
      warnings.map((text) => `${service}: ${text}`),
    );
    for (const text of [...this.#record.warnings, ...warnings]) {
      stderr.write(`${paint(stderr, "yellow", "warning:")} ${text}\n`);
    }
  }

  #frame(more: Partial<FrameOptions> = {}): string[] {
    const { stderr, env, signal } = this.#io;
    return buildFrame(this.#record, {
      columns: stderr.columns ?? 80,
      rows: stderr.rows ?? 24,
      now: Date.now(),
      colours: stderr.colours ?? true,
      unicode: isUnicode(env),
      cancelling: signal.aborted,
      ...more,
    });
  }
}

function isUnicode(env: Io["env"]): boolean {
  if (env["TERM"] === "linux") return false;
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"];
  return locale === undefined || /utf-?8/i.test(locale);
}
