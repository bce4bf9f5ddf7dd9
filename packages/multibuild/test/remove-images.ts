import type { Engine } from "@slipway/transport";

/** Removes the images that carry a test run's label, and says so if any are left. */
export async function removeImages(engine: Engine, runId: string): Promise<void> {
  const filters = { label: [`dev.slipway.test=${runId}`] };
  const images = await engine.docker.listImages({ all: true, filters });
  for (const { Id } of images.toSorted((a, b) => b.Created - a.Created)) {
    // Intermediate images go with those that stand on them.
    await engine.docker
      .getImage(Id)
      .remove({ force: true })
      .catch(() => undefined);
  }
  const left = await engine.docker.listImages({ all: true, filters });
  if (left.length > 0) throw new Error(`images are left: ${left.map(({ Id }) => Id).join(" ")}`);
}
