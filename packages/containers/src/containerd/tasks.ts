import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { constants } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { status } from "@grpc/grpc-js";
import type { BackendExecOptions } from "../backend/backend.ts";
import type { OperationOptions } from "../backend/operation-options.ts";
import { ContainersError } from "../containers-error.ts";
import { type Connection, isStatus } from "./connection.ts";
import { type ContainerRecord, methods, type TaskProcess } from "./messages.ts";
import { mergeVariables, type RuntimeSpec, type SpecProcess } from "./runtime-spec.ts";
import { tailFiles } from "./tail-files.ts";

/** Where the exit code of one that has ended is kept: its task is gone then. */
const exitCodeLabel = "dev.slipway.containers.exit-code";
const created = 1;
const stopped = 3;
const processType = "types.containerd.io/opencontainers/runtime-spec/1/Process";

/** What runs of containerd's containers. */
export class Tasks {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** @throws ContainersError CONTAINERS_CONTAINER_INSPECT where there is no such container */
  async record(id: string, { signal }: OperationOptions = {}): Promise<ContainerRecord> {
    const { container } = (await this.#connection.find(methods.getContainer, { id }, { signal })) ?? {};
    if (container) return container;
    throw new ContainersError("CONTAINERS_CONTAINER_INSPECT", `there is no container ${id}`);
  }

  /** Its process; undefined for one that wasn't started, or whose end was dealt with. */
  async process(id: string): Promise<TaskProcess | undefined> {
    return (await this.#connection.find(methods.getTask, { container_id: id }))?.process;
  }

  /** Of one that has ended, once that was dealt with. */
  exitCode({ labels }: ContainerRecord): number | undefined {
    const text = labels[exitCodeLabel];
    return text === undefined ? undefined : Number(text);
  }

  /** Starts it, with its output in the files of `folder`. */
  async start(id: string, folder: string): Promise<void> {
    const found = await this.process(id);
    if (found?.status === stopped) await this.#finish(id, found.exit_status);
    else if (found && (await this.#isStarted(id))) return;
    const record = await this.record(id);
    const { [exitCodeLabel]: _, ...labels } = record.labels;
    await this.#setLabels(id, labels);
    const { snapshotter, snapshot_key: key } = record;
    const { mounts } = await this.#connection.call(methods.snapshotMounts, { snapshotter, key });
    const output = { stdout: path.join(folder, "stdout"), stderr: path.join(folder, "stderr") };
    try {
      await this.#connection.call(methods.createTask, { container_id: id, rootfs: mounts, ...output });
    } catch (error) {
      // Somebody else starts it at the same time.
      if (isTaken(error) && (await this.#isStarted(id))) return;
      throw error;
    }
    try {
      await this.#connection.call(methods.startTask, { container_id: id });
    } catch (error) {
      await this.#connection.find(methods.deleteTask, { container_id: id });
      throw error;
    }
  }

  /** Waits for what somebody else is starting. */
  async #isStarted(id: string): Promise<boolean> {
    for (let left = 100; left > 0; left -= 1) {
      const found = await this.process(id);
      if (found && found.status !== created) return true;
      if (!found && this.exitCode(await this.record(id)) !== undefined) return true;
      await delay(50);
    }
    return false;
  }

  /** Its exit code, once it has ended; then all its output is in its files. */
  async wait(id: string, { signal }: OperationOptions = {}): Promise<number> {
    const waited = await this.#connection.find(methods.waitTask, { container_id: id }, { signal });
    if (waited) {
      await this.#finish(id, waited.exit_status);
      return waited.exit_status;
    }
    const exitCode = this.exitCode(await this.record(id, { signal }));
    if (exitCode !== undefined) return exitCode;
    throw new ContainersError("CONTAINERS_CONTAINER_WAIT", `container ${id} was not started`);
  }

  /** Sends it a signal, by name or number; with `all` to every process of it. What isn't there needs none. */
  async kill(id: string, killSignal: string, all = false): Promise<void> {
    const name = killSignal.startsWith("SIG") ? killSignal : `SIG${killSignal}`;
    const known = constants.signals as Readonly<Record<string, number>>;
    const signal = /^\d+$/.test(killSignal) ? Number(killSignal) : known[name];
    if (!signal) throw new ContainersError("CONTAINERS_CONTAINER_STOP", `there is no signal ${killSignal}`);
    try {
      await this.#connection.find(methods.killTask, { container_id: id, signal, all });
    } catch (error) {
      // It has ended meanwhile.
      if (!isStatus(error, status.FAILED_PRECONDITION)) throw error;
    }
  }

  /** Asks it to end, and kills it where it doesn't within `graceMs`. */
  async stop(id: string, stopSignal: string, graceMs: number, signal: AbortSignal | undefined): Promise<void> {
    if (!(await this.process(id))) return;
    const done = new AbortController();
    const ended = this.wait(id, { signal: done.signal });
    ended.catch(() => undefined);
    try {
      await this.kill(id, stopSignal);
      const grace = delay(graceMs, "late", { signal: AbortSignal.any([done.signal, ...(signal ? [signal] : [])]) });
      grace.catch(() => undefined);
      if ((await Promise.race([ended, grace])) === "late") {
        await this.kill(id, "SIGKILL", true);
        await ended;
      }
    } finally {
      done.abort();
    }
  }

  /** Ends it at once, if it runs. */
  async end(id: string): Promise<void> {
    for (let left = 20; ; left -= 1) {
      try {
        return await this.#end(id);
      } catch (error) {
        // Where somebody else ends it at the same time, its shim goes away in the middle of an answer.
        if (left === 0 || !isStatus(error, status.UNKNOWN)) throw error;
        await delay(50);
      }
    }
  }

  async #end(id: string): Promise<void> {
    const found = await this.process(id);
    if (!found) return;
    if (found.status !== stopped) {
      await this.kill(id, "SIGKILL", true);
      await this.#connection.find(methods.waitTask, { container_id: id });
    }
    await this.#connection.find(methods.deleteTask, { container_id: id });
  }

  /** The exit code of a command in it. An abort kills the command's processes. */
  async execute(id: string, folder: string, options: BackendExecOptions, process: SpecProcess): Promise<number> {
    const { signal, onOutput } = options;
    const execId = `exec-${randomBytes(8).toString("hex")}`;
    const own = await mkdtemp(path.join(folder, "exec-"));
    for (const name of ["stdout", "stderr"]) await writeFile(path.join(own, name), "");
    const address = { container_id: id, exec_id: execId };
    try {
      const spec = { type_url: processType, value: Buffer.from(JSON.stringify(process)) };
      const output = { stdout: path.join(own, "stdout"), stderr: path.join(own, "stderr") };
      await this.#connection.call(methods.exec, { ...address, ...output, spec });
      try {
        const { pid } = await this.#connection.call(methods.startTask, address);
        const waited = this.#connection.call(methods.waitTask, address, { signal });
        // With the process's deletion all that it wrote is in its files.
        const ended = waited.then(async () => void (await this.#connection.find(methods.deleteProcess, address)));
        ended.catch(() => undefined);
        try {
          for await (const chunk of tailFiles(own, { ended, signal })) onOutput(chunk);
          return (await waited).exit_status;
        } catch (error) {
          killGroup(pid);
          await this.#connection
            .find(methods.killTask, { ...address, signal: constants.signals.SIGKILL })
            .catch(() => undefined);
          await this.#connection.find(methods.waitTask, address);
          throw error;
        }
      } finally {
        await this.#connection.find(methods.deleteProcess, address);
      }
    } finally {
      await rm(own, { recursive: true, force: true });
    }
  }

  /** Keeps the exit code, and lets go of what ran, whereby its output is complete. */
  async #finish(id: string, exitCode: number): Promise<void> {
    const { container } = (await this.#connection.find(methods.getContainer, { id })) ?? {};
    if (container) await this.#setLabels(id, { ...container.labels, [exitCodeLabel]: String(exitCode) });
    await this.#connection.find(methods.deleteTask, { container_id: id });
  }

  async #setLabels(id: string, labels: Readonly<Record<string, string>>): Promise<void> {
    const update = { container: { id, labels }, update_mask: { paths: ["labels"] } };
    await this.#connection.find(methods.updateContainer, update);
  }
}

/** A command in the container: as its own process would be, but for what the options say. */
export function execProcess(
  { process }: RuntimeSpec,
  { command, variables = {}, workDir }: BackendExecOptions,
  user: SpecProcess["user"] | undefined,
): SpecProcess {
  const effective = user && user.uid !== 0 ? [] : (process.capabilities["bounding"] ?? []);
  return {
    ...process,
    args: command,
    env: mergeVariables(process.env, variables),
    cwd: workDir ?? process.cwd,
    ...(user ? { user, capabilities: { ...process.capabilities, permitted: effective, effective } } : {}),
  };
}

/** Whether a task could not be made because there is one; a shim that is just starting is told by its folder. */
function isTaken(error: unknown): boolean {
  if (isStatus(error, status.ALREADY_EXISTS)) return true;
  return isStatus(error, status.UNKNOWN) && /file exists/.test((error as Error).message);
}

/** A command leads a group of processes of its own, which this machine has under the same number. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended, or is in a namespace of processes that isn't ours.
  }
}
