import { type Engine, loadImages, saveImages } from "@slipway/transport";

/** Takes images from one engine to another, layers and names, without a copy on this machine. */
export async function transferImages(
  names: readonly string[],
  from: Engine,
  to: Engine,
  signal: AbortSignal | undefined,
): Promise<void> {
  const stream = await saveImages(from, names, { signal });
  try {
    await loadImages(to, stream, { signal });
  } finally {
    stream.destroy();
  }
}
