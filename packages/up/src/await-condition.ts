import { timeLimit } from "@slipway/run";
import { type Dockerode, type Engine, engineError } from "@slipway/transport";
import { containerLogs } from "./container-logs.ts";
import type { Dependency } from "./dependency.ts";
import type { ProjectEvents } from "./project-events.ts";
import { UpError, type UpErrorCode } from "./up-error.ts";
import { Wakeup } from "./wakeup.ts";

/** A container that is waited for. */
export interface Awaited {
  readonly service: string;
  readonly id: string;
  readonly name: string;
}

/** What waiting needs. */
export interface WaitContext {
  readonly engine: Engine;
  readonly events: ProjectEvents;
  readonly signal: AbortSignal;
}

/**
 * Waits, by the engine's events, until `dependency` of service `dependent` is as its condition asks. Rejects with
 * UP_DEPENDENCY_FAILED when it has exited, UP_DEPENDENCY_UNHEALTHY when its health check failed.
 */
export async function awaitCondition(
  context: WaitContext,
  dependent: string,
  dependency: Dependency,
  container: Awaited,
): Promise<void> {
  if (dependency.condition === "service_started") return;
  const judge =
    dependency.condition === "service_healthy"
      ? (info: Dockerode.ContainerInspectInfo) => judgeHealth(info)
      : (info: Dockerode.ContainerInspectInfo) => judgeCompletion(info);
  const verdict = await untilJudged(context, container, judge);
  if (verdict === "met") return;
  const lines = await lastLines(context.engine, container.id);
  throw new UpError(
    verdict.code,
    [`service ${dependent}: its dependency ${dependency.service} ${verdict.message}`, ...lines].join("\n"),
    { service: dependency.service, hint: verdict.hint },
  );
}

/**
 * Watches a container that was just started for `milliseconds`. Resolves with true if it has come to a good end by then,
 * false if it runs; rejects with UP_CONTAINER_EXITED if it failed.
 */
export async function awaitSettled(context: WaitContext, container: Awaited, milliseconds: number): Promise<boolean> {
  const window = timeLimit(milliseconds);
  const signal = AbortSignal.any([context.signal, window]);
  let exitCode: number;
  try {
    exitCode = await untilJudged({ ...context, signal }, container, (info) =>
      info.State.Status === "exited" ? info.State.ExitCode : undefined,
    );
  } catch (error) {
    context.signal.throwIfAborted();
    if (window.aborted && error === window.reason) return false;
    throw error;
  }
  if (exitCode === 0) return true;
  const lines = await lastLines(context.engine, container.id);
  throw new UpError(
    "UP_CONTAINER_EXITED",
    [`service ${container.service}: its container exited with code ${exitCode} right after its start`, ...lines].join(
      "\n",
    ),
    {
      service: container.service,
      hint: `check \`command\`, \`entrypoint\` and \`environment\` of service ${container.service}`,
    },
  );
}

/** Inspects the container, again after each of its events, until `judge` gives a verdict. */
async function untilJudged<T>(
  { engine, events, signal }: WaitContext,
  { id, name }: Awaited,
  judge: (info: Dockerode.ContainerInspectInfo) => T | undefined,
): Promise<T> {
  const wakeup = new Wakeup();
  const unsubscribe = events.subscribe({
    onEvent: ({ containerId }) => {
      if (containerId === id) wakeup.call();
    },
    onLost: wakeup.fail,
  });
  try {
    for (;;) {
      const info = await engine.docker
        .getContainer(id)
        .inspect()
        .catch((error: unknown) => {
          throw engineError(error, `inspecting container ${name}`);
        });
      const verdict = judge(info);
      if (verdict !== undefined) return verdict;
      await wakeup.wait(signal);
    }
  } finally {
    unsubscribe();
  }
}

type Verdict = "met" | { code: UpErrorCode; message: string; hint?: string };

function judgeHealth(info: Dockerode.ContainerInspectInfo): Verdict | undefined {
  if (isGone(info)) {
    return { code: "UP_DEPENDENCY_FAILED", message: `exited with code ${info.State.ExitCode} before it was healthy` };
  }
  const health = info.State.Health;
  if (!health || health.Status === "none") {
    return {
      code: "UP_DEPENDENCY_FAILED",
      message: "has no health check, so that it can never be healthy",
      hint: "give it a `healthcheck`, or depend on it by `condition: service_started`",
    };
  }
  if (health.Status === "healthy") return "met";
  if (health.Status !== "unhealthy") return undefined;
  const last = health.Log?.at(-1);
  const said = last?.Output.trim();
  return {
    code: "UP_DEPENDENCY_UNHEALTHY",
    message: `is unhealthy: its health check ended with code ${last?.ExitCode ?? "?"}${said ? ` (${said})` : ""}`,
    hint: "run the check by hand in the container, or allow it more `retries` or a longer `start_period`",
  };
}

function judgeCompletion(info: Dockerode.ContainerInspectInfo): Verdict | undefined {
  if (!isGone(info)) return undefined;
  if (info.State.ExitCode === 0) return "met";
  return { code: "UP_DEPENDENCY_FAILED", message: `did not complete: it exited with code ${info.State.ExitCode}` };
}

/** Exited for good: one that the engine restarts is `restarting` in between. */
function isGone(info: Dockerode.ContainerInspectInfo): boolean {
  return info.State.Status === "exited" || info.State.Status === "dead";
}

/** The last lines that a container wrote, for a message; none where its log cannot be read. */
async function lastLines(engine: Engine, id: string): Promise<string[]> {
  try {
    const info = await engine.docker.getContainer(id).inspect();
    const lines: string[] = [];
    for await (const { line } of containerLogs(engine, id, info.Config.Tty, { tail: 10 })) lines.push(`  | ${line}`);
    return lines;
  } catch {
    // A log driver without reading (syslog, none) must not hide the failure that is being told.
    return [];
  }
}
