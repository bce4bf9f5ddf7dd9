import { formatLocation, isSlipwayError } from "@slipway/errors";
import type { BuildRecord, ServiceRecord, StepRecord } from "../build/build-record.ts";

/** What a report shows. Times are milliseconds since the build's begin, but for `startedAt`. */
export interface ReportData {
  readonly project: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** What ended the build as a whole. */
  readonly error: string | undefined;
  readonly warnings: readonly string[];
  readonly services: readonly ReportService[];
}

/** A service in a report. */
export interface ReportService {
  readonly service: string;
  readonly state: ServiceRecord["state"] | "cancelled";
  readonly start: number | undefined;
  readonly end: number | undefined;
  readonly image: string | undefined;
  readonly engine: string | undefined;
  readonly dockerfile: string | undefined;
  readonly sharedWith: string | undefined;
  readonly attempts: number;
  readonly warnings: readonly string[];
  readonly error: ReportError | undefined;
  readonly steps: readonly ReportStep[];
}

/** Why a service failed. */
export interface ReportError {
  readonly message: string;
  readonly hint: string | undefined;
  /** In the Dockerfile: `Dockerfile:3:1`. */
  readonly place: string | undefined;
  readonly exitCode: number | undefined;
}

/** A step in a report. */
export interface ReportStep {
  readonly name: string;
  readonly kind: StepRecord["kind"];
  readonly state: StepRecord["state"];
  readonly start: number;
  readonly end: number;
  readonly error: string | undefined;
  /** With the escape sequences that it came with. */
  readonly log: string;
}

/** What a report shows of a build that ended, or was ended, at `end`. */
export function reportData(record: BuildRecord, end: number): ReportData {
  const { project, start, services } = record;
  return {
    project,
    startedAt: start,
    durationMs: end - start,
    error: record.error === undefined ? undefined : errorOf(record.error).message,
    warnings: record.warnings,
    services: services.map((service) => serviceOf(service, start, end)),
  };
}

function serviceOf(record: ServiceRecord, since: number, until: number): ReportService {
  const { service, state, start, end, image, engine, dockerfilePath, sharedWith, attempt, warnings, steps } = record;
  const error = image?.successful === false ? errorOf(image.error) : undefined;
  return {
    service,
    // What still waits or runs when all has ended has been given up.
    state: state === "done" || state === "failed" ? state : "cancelled",
    start: start === undefined ? undefined : start - since,
    end: start === undefined ? undefined : (end ?? until) - since,
    image: image?.name,
    engine,
    dockerfile: dockerfilePath,
    sharedWith,
    attempts: attempt,
    warnings,
    error,
    steps: steps.map((step) => ({
      name: step.name,
      kind: step.kind,
      state: step.state === "running" ? "cancelled" : step.state,
      start: step.start - since,
      end: (step.end ?? until) - since,
      error: step.error,
      log: step.log.text,
    })),
  };
}

function errorOf(error: unknown): ReportError {
  const message = error instanceof Error ? error.message : String(error);
  if (!isSlipwayError(error)) return { message, hint: undefined, place: undefined, exitCode: undefined };
  const { exitCode } = error as { exitCode?: number };
  return { message, hint: error.hint, place: error.range && formatLocation(error.range), exitCode };
}
