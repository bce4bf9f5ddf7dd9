import type { Duplex } from "node:stream";
import type Dockerode from "dockerode";
import type { Engine } from "./engine.ts";

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
  const stream = await exec.start({ hijack: true, stdin: true });
  return { exec, stream };
}
