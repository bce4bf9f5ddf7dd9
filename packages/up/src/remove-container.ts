import { type Engine, engineError } from "@slipway/transport";
import { ignoreMissing, ignoreUnchanged, statusOf } from "./engine-failure.ts";

/** Stops a container, then removes it. That it is gone already, or on its way, is as well. */
export async function removeContainer(
  engine: Engine,
  { id, name }: { readonly id: string; readonly name: string },
  options: {
    readonly volumes: boolean;
    readonly timeout?: number | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<void> {
  const container = engine.docker.getContainer(id);
  const abort = options.signal ? { abortSignal: options.signal } : {};
  try {
    await ignoreMissing(() =>
      ignoreUnchanged(() =>
        container.stop({ ...(options.timeout === undefined ? {} : { t: options.timeout }), ...abort }),
      ),
    );
    await ignoreMissing(async () => {
      try {
        await container.remove({ force: true, v: options.volumes });
      } catch (error) {
        if (statusOf(error) !== 409) throw error;
        // Somebody else is removing it.
        await container.wait({ condition: "removed", ...abort });
      }
    });
  } catch (error) {
    options.signal?.throwIfAborted();
    throw engineError(error, `removing container ${name}`);
  }
}
