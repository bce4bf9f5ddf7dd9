import { type Engine, engineError } from "@slipway/transport";

type ContainerInspect = Awaited<ReturnType<ReturnType<Engine["docker"]["getContainer"]>["inspect"]>>;

/**
 * The folders and files of a container whose content outlives it or comes from elsewhere: bind mounts, named volumes,
 * tmpfs. A container of a fresh build would show the same there, so nothing is to be pushed. Volumes without a name begin
 * as the image has them, so they are no such thing.
 * @returns absolute paths, and the id of the container's image
 */
export async function readContainer(
  engine: Engine,
  containerId: string,
): Promise<{ readonly image: string; readonly mounted: readonly string[] }> {
  const { Image, Mounts, HostConfig } = await inspectContainer(engine, containerId);
  const kept = Mounts.filter(({ Type, Name = "" }) => Type !== "volume" || !/^[0-9a-f]{64}$/.test(Name));
  const tmpfs = Object.keys(HostConfig.Tmpfs ?? {});
  return { image: Image, mounted: [...kept.map(({ Destination }) => Destination), ...tmpfs] };
}

/** All that the engine says of a container. */
export async function inspectContainer(
  engine: Engine,
  containerId: string,
  signal?: AbortSignal,
): Promise<ContainerInspect> {
  signal?.throwIfAborted();
  try {
    return await engine.docker.getContainer(containerId).inspect(signal ? { abortSignal: signal } : {});
  } catch (error) {
    signal?.throwIfAborted();
    throw engineError(error, `looking at container ${containerId}`);
  }
}
