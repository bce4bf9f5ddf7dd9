import type { Engine } from "@slipway/transport";
import { engineError } from "@slipway/transport";

/** How a container is run. */
export interface RunContainerOptions {
  readonly image: string;
  readonly platform?: string | undefined;
  /** Of the engine's `POST /containers/create`. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Done before it starts. */
  readonly prepare?: ((id: string) => Promise<void>) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How it ended; without a code it could not be started. */
export interface ContainerOutcome {
  readonly exitCode: number | undefined;
  readonly output: string;
}

/** Runs a container to its end and removes it. */
export async function runContainer(engine: Engine, options: RunContainerOptions): Promise<ContainerOutcome> {
  const { image, platform, settings, labels, prepare, signal } = options;
  signal?.throwIfAborted();
  const { HostConfig, ...more } = settings ?? {};
  const container = await engine.docker
    .createContainer({
      Image: image,
      ...(platform === undefined ? {} : { platform }),
      Labels: { "dev.slipway.helper": "emulate", ...labels },
      HostConfig: { NetworkMode: "none", ...(HostConfig as object | undefined) },
      ...more,
    })
    .catch((error: unknown) => {
      throw engineError(error, `making a container of ${image}`);
    });
  const kill = (): void => void container.remove({ force: true }).catch(() => undefined);
  signal?.addEventListener("abort", kill, { once: true });
  try {
    await prepare?.(container.id);
    try {
      await container.start();
    } catch (error) {
      signal?.throwIfAborted();
      return { exitCode: undefined, output: error instanceof Error ? error.message : String(error) };
    }
    const { StatusCode } = (await container.wait()) as { StatusCode: number };
    const logs = await container.logs({ stdout: true, stderr: true, follow: false });
    signal?.throwIfAborted();
    return { exitCode: StatusCode, output: textOf(logs) };
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", kill);
    await container.remove({ force: true }).catch(() => undefined);
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
