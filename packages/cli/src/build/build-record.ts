import { isSlipwayError } from "@slipway/errors";
import type { EngineEvent, LocalImage } from "@slipway/multibuild";
import type { CommandEvent, PushEvent, ServiceCommandEvent } from "./command-event.ts";
import { type LogBudget, StepLog } from "./step-log.ts";

type StepEvent = Extract<ServiceCommandEvent["event"], { type: "step" }>;

/** A step of a service: one of its Dockerfile, or what is done before and after. Times are milliseconds since the epoch. */
export interface StepRecord {
  readonly name: string;
  readonly kind: "step" | "internal" | "pull" | "push";
  state: "running" | "cached" | "done" | "failed" | "cancelled";
  start: number;
  end: number | undefined;
  error: string | undefined;
  /** 0 to 100, while something is fetched or sent. */
  percent: number | undefined;
  readonly log: StepLog;
}

/** All that is known of one service's build. */
export interface ServiceRecord {
  readonly service: string;
  state: "waiting" | "running" | "done" | "failed";
  start: number | undefined;
  end: number | undefined;
  /** The file that its Dockerfile was made from. */
  dockerfilePath: string | undefined;
  waitingFor: readonly string[];
  sharedWith: string | undefined;
  engine: string | undefined;
  attempt: number;
  /** In the order in which they began. */
  readonly steps: StepRecord[];
  readonly warnings: string[];
  image: LocalImage | undefined;
}

const keptForReport = 24 * 1024 * 1024;

/** What is known of a build of several services, put together from its events. */
export class BuildRecord {
  readonly project: string;
  readonly start: number;
  /** What ended the build as a whole. */
  error: unknown;
  /** What is to be said about no single service. */
  readonly warnings: string[] = [];
  readonly #services = new Map<string, ServiceRecord>();
  readonly #steps = new Map<string, StepRecord>();
  readonly #progress = new Map<StepRecord, Map<string, { current: number; total: number }>>();
  readonly #budget: LogBudget;

  /** @param keepsLogs whether all output is wanted at the end, or its last lines only */
  constructor(project: string, services: readonly string[], start: number, keepsLogs: boolean) {
    this.project = project;
    this.start = start;
    this.#budget = keepsLogs ? { left: keptForReport, head: 16 * 1024 } : { left: 0, head: 0 };
    for (const service of services) this.#add(service);
  }

  /** In the project's order. */
  get services(): readonly ServiceRecord[] {
    return [...this.#services.values()];
  }

  add(happened: CommandEvent): void {
    if (happened.service === undefined) this.warnings.push(engineWarning(happened));
    else this.#addTo(happened.service, happened.event, happened.time);
  }

  #addTo(service: string, event: ServiceCommandEvent["event"], time: number): void {
    const record = this.#services.get(service) ?? this.#add(service);
    if (event.type === "waiting") record.waitingFor = event.services;
    else if (event.type === "shared") record.sharedWith = event.with;
    else if (event.type === "resolved") record.dockerfilePath = event.path;
    else if (event.type === "push") this.#push(record, event, time);
    else if (event.type === "end") this.#end(record, event.image, time);
    else {
      record.start ??= time;
      record.state = "running";
      record.waitingFor = [];
      if (event.type === "assigned") record.engine = event.engine;
      else if (event.type === "retry") this.#again(record, time);
      else if (event.type === "moved") this.#again(record, time);
      else if (event.type === "warning") record.warnings.push(event.message);
      else if (event.type === "step") this.#step(record, event, time);
      else if (event.type === "log") this.#named(record, event.step)?.log.add(event.data);
      else if (event.type === "progress") {
        this.#measure(this.#named(record, event.step), event.label, event.current, event.total);
      } else if (event.type === "pull") {
        const step = this.#other(record, "pull", "pull its image", time);
        step.percent = event.overall?.percent;
        if (event.layer === undefined) step.log.add(`${event.status}\n`);
      }
    }
  }

  #add(service: string): ServiceRecord {
    const record: ServiceRecord = {
      service,
      state: "waiting",
      start: undefined,
      end: undefined,
      dockerfilePath: undefined,
      waitingFor: [],
      sharedWith: undefined,
      engine: undefined,
      attempt: 1,
      steps: [],
      warnings: [],
      image: undefined,
    };
    this.#services.set(service, record);
    return record;
  }

  #step(record: ServiceRecord, event: StepEvent, time: number): void {
    const { id, name, state, internal, durationMs, error } = event;
    const step = this.#named(record, id) ?? this.#begin(record, id, name, internal ? "internal" : "step", time);
    if (state === "started") return;
    step.state = state;
    step.end = time;
    // Several events may come at once, so that the engine's own figure says more.
    if (durationMs !== undefined) step.start = Math.max(record.start ?? step.start, time - durationMs);
    if (state === "cached") step.start = time;
    step.percent = undefined;
    step.error = error;
    this.#progress.delete(step);
  }

  #push(record: ServiceRecord, event: PushEvent, time: number): void {
    const step = this.#other(record, "push", `push ${event.image}`, time);
    if (event.state === "pushing") step.percent = event.overall?.percent;
    if (event.state === "started" || event.state === "pushing") return;
    step.state = event.state === "pushed" ? "done" : "failed";
    step.end = time;
    step.percent = undefined;
    if (event.state === "failed") step.error = messageOf(event.error);
    else if (event.digest !== undefined) step.log.add(`digest: ${event.digest}\n`);
  }

  #end(record: ServiceRecord, image: LocalImage, time: number): void {
    record.image = image;
    record.start ??= time;
    record.end = time;
    record.state = image.successful ? "done" : "failed";
    record.engine = image.engine ?? record.engine;
    record.sharedWith = image.sharedWith ?? record.sharedWith;
    for (const step of record.steps) {
      if (step.state !== "running") continue;
      step.end = time;
      step.state = image.successful ? "done" : step.kind === "pull" ? "failed" : "cancelled";
      if (step.state === "failed") step.error = messageOf(image.error);
    }
  }

  /** Begins anew: what runs has been given up. */
  #again(record: ServiceRecord, time: number): void {
    record.attempt += 1;
    for (const step of record.steps) {
      if (step.state !== "running") continue;
      step.state = "cancelled";
      step.end = time;
    }
  }

  #named(record: ServiceRecord, id: string): StepRecord | undefined {
    return this.#steps.get(keyOf(record, id));
  }

  /** A step that is not the builder's. */
  #other(record: ServiceRecord, kind: "pull" | "push", name: string, time: number): StepRecord {
    return this.#named(record, name) ?? this.#begin(record, name, name, kind, time);
  }

  #begin(record: ServiceRecord, id: string, name: string, kind: StepRecord["kind"], time: number): StepRecord {
    const log = new StepLog(this.#budget);
    const step: StepRecord = {
      name,
      kind,
      state: "running",
      start: time,
      end: undefined,
      error: undefined,
      percent: undefined,
      log,
    };
    this.#steps.set(keyOf(record, id), step);
    record.steps.push(step);
    return step;
  }

  #measure(step: StepRecord | undefined, label: string, current: number, total: number | undefined): void {
    if (!step || total === undefined || total <= 0) return;
    const parts = this.#progress.get(step) ?? new Map<string, { current: number; total: number }>();
    this.#progress.set(step, parts.set(label, { current: Math.min(current, total), total }));
    let [sum, all] = [0, 0];
    for (const part of parts.values()) [sum, all] = [sum + part.current, all + part.total];
    step.percent = (100 * sum) / all;
  }
}

/** The builder's ids come again when a build is tried again. */
function keyOf(record: ServiceRecord, id: string): string {
  return `${record.service}\0${record.attempt}\0${id}`;
}

function messageOf(error: unknown): string {
  if (!isSlipwayError(error)) return error instanceof Error ? error.message : String(error);
  return error.message;
}

/** That an engine is missing, in a line. */
export function engineWarning({ event: { engine, error } }: EngineEvent): string {
  return `the engine ${engine} cannot be reached, and is left out: ${messageOf(error)}`;
}
