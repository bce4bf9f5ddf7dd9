import type { Readable } from "node:stream";
import { type Dockerode, type Engine, engineError } from "@slipway/transport";

/** How a container is run. */
export interface RunContainerOptions {
  readonly image: string;
  /** Of the engine's `POST /containers/create`. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Done before it starts. */
  readonly prepare?: ((id: string) => Promise<void>) | undefined;
  /** What its output holds once it is to be left running. */
  readonly keepAt?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How it ended; without a code it could not be started, or goes on. */
export interface ContainerOutcome {
  readonly exitCode: number | undefined;
  readonly output: string;
  readonly isKept: boolean;
}

/** Runs a container to its end and removes it, or to the point from which on it is kept. */
export async function runContainer(engine: Engine, options: RunContainerOptions): Promise<ContainerOutcome> {
  const { image, settings, labels, prepare, keepAt, signal } = options;
  signal?.throwIfAborted();
  const { HostConfig, ...more } = settings ?? {};
  const container = await engine.docker
    .createContainer({
      Image: image,
      Labels: { "dev.slipway.helper": "emulate", ...labels },
      HostConfig: { NetworkMode: "none", ...(HostConfig as object | undefined) },
      ...more,
    })
    .catch((error: unknown) => {
      throw engineError(error, `making a container of ${image}`);
    });
  const kill = (): void => void container.remove({ force: true }).catch(() => undefined);
  signal?.addEventListener("abort", kill, { once: true });
  let isKept = false;
  try {
    await prepare?.(container.id);
    try {
      await container.start();
    } catch (error) {
      signal?.throwIfAborted();
      return { exitCode: undefined, output: error instanceof Error ? error.message : String(error), isKept };
    }
    if (keepAt !== undefined) isKept = await says(container, keepAt);
    signal?.throwIfAborted();
    if (isKept) return { exitCode: undefined, output: "", isKept };
    const { StatusCode } = (await container.wait()) as { StatusCode: number };
    const logs = await container.logs({ stdout: true, stderr: true, follow: false });
    signal?.throwIfAborted();
    return { exitCode: StatusCode, output: textOf(logs), isKept };
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", kill);
    if (!isKept || signal?.aborted) await container.remove({ force: true }).catch(() => undefined);
  }
}

/** Whether a container prints a text before it ends. */
async function says(container: Dockerode.Container, text: string): Promise<boolean> {
  const logs = (await container.logs({ stdout: true, stderr: true, follow: true })) as unknown as Readable;
  try {
    let seen = "";
    for await (const chunk of logs) if ((seen += String(chunk)).includes(text)) return true;
    return false;
  } finally {
    logs.destroy();
  }
}

/** The text of a log whose pieces have a header of eight bytes, the size in the last four. */
function textOf(logs: Buffer): string {
  const pieces: Buffer[] = [];
  for (let at = 0; at + 8 <= logs.length;) {
    const size = logs.readUInt32BE(at + 4);
    pieces.push(logs.subarray(at + 8, at + 8 + size));
    at += 8 + size;
  }
  return Buffer.concat(pieces).toString("utf8");
}
