import type { Io } from "../io.ts";
import type { BuildRecord } from "./build-record.ts";
import { JsonProgress } from "./json-progress.ts";
import { LiveProgress } from "./live-progress.ts";
import { PlainProgress } from "./plain-progress.ts";
import type { Progress, ProgressMode } from "./progress.ts";

/** Shows a build's progress in this mode; `auto` is a live view where a person's terminal can show one. */
export function openProgress(mode: ProgressMode, io: Io, record: BuildRecord): Progress {
  if (mode === "json") return new JsonProgress(io.stdout);
  const able = io.stderr.isTTY === true && io.env["TERM"] !== "dumb";
  if (mode === "tty" || (mode === "auto" && able)) return new LiveProgress(io, record);
  return new PlainProgress(
    io.stderr,
    record.services.map(({ service }) => service),
  );
}
