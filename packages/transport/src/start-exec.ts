import { finished, type Duplex } from "node:stream";
import { ask } from "./ask.ts";
import type { Engine } from "./engine.ts";
import { hijack } from "./hijack.ts";

/** What runs in a container. */
export interface ExecOptions {
  readonly cmd: readonly string[];
  /** Added to the container's own. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** `name`, `uid`, `uid:gid`; the container's own without. */
  readonly user?: string | undefined;
  readonly workdir?: string | undefined;
}

/** What the engine knows of an exec. */
export interface ExecState {
  readonly Running: boolean;
  readonly ExitCode: number | null;
}

/** Who waits for an exec to start. */
export interface StartOptions {
  /** Gives up, and later ends the streams. */
  readonly signal?: AbortSignal | undefined;
  /** The engine has made it, and is to start it. */
  readonly onMade?: (() => void) | undefined;
}

/** Starts an exec with all three streams attached. */
export async function startExec(
  engine: Engine,
  containerId: string,
  options: ExecOptions,
  { signal, onMade }: StartOptions = {},
): Promise<{ inspect(): Promise<ExecState>; stream: Duplex }> {
  const { cmd, env, user, workdir } = options;
  const json = {
    Cmd: [...cmd],
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    ...(env ? { Env: Object.entries(env).map(([name, value]) => `${name}=${value}`) } : {}),
    ...(user ? { User: user } : {}),
    ...(workdir ? { WorkingDir: workdir } : {}),
  };
  const path = `/containers/${encodeURIComponent(containerId)}/exec`;
  const { Id: id } = await ask<{ Id: string }>(engine, { path, method: "POST", json, signal });
  onMade?.();
  const body = { Detach: false, Tty: false };
  const stream = await hijack(engine, { path: `/exec/${id}/start`, method: "POST", body, signal });
  return { inspect: () => ask<ExecState>(engine, { path: `/exec/${id}/json` }), stream };
}

/** Resolves with the end of an exec's output, rejects where the connection breaks. */
export function endOf(stream: Duplex): Promise<void> {
  const ended = new Promise<void>((resolve, reject) => {
    finished(stream, { writable: false }, (error) => {
      // Destroying the stream is our own doing.
      if (!error || error.code === "ERR_STREAM_PREMATURE_CLOSE") resolve();
      else reject(error);
    });
  });
  ended.catch(() => undefined);
  return ended;
}

/** Whether the engine's words for an exec that it can't start mean that the container has no `sh`. */
export function isMissingShell(words: string): boolean {
  return /exec:? "sh"|`sh`|sh: (no such file|executable file not found)|"sh": executable file not found/i.test(words);
}
