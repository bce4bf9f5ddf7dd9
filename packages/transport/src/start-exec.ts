import { finished, type Duplex } from "node:stream";
import type Dockerode from "dockerode";
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

/** Starts an exec with all three streams attached. */
export async function startExec(
  engine: Engine,
  containerId: string,
  options: ExecOptions,
): Promise<{ exec: Dockerode.Exec; stream: Duplex }> {
  const { cmd, env, user, workdir } = options;
  const exec = await engine.docker.getContainer(containerId).exec({
    Cmd: [...cmd],
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    ...(env ? { Env: Object.entries(env).map(([name, value]) => `${name}=${value}`) } : {}),
    ...(user ? { User: user } : {}),
    ...(workdir ? { WorkingDir: workdir } : {}),
  });
  const body = { Detach: false, Tty: false };
  const stream = await hijack(engine, { path: `/exec/${exec.id}/start`, method: "POST", body });
  return { exec, stream };
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
