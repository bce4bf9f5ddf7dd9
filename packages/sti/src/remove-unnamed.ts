import { type Engine, inspectImage, removeImage } from "@slipway/transport";

/** Removes an image that was made on the way and that nothing has named; others stay. */
export async function removeUnnamed(engine: Engine, imageId: string): Promise<void> {
  const image = await inspectImage(engine, imageId);
  if (!image || (image.RepoTags ?? []).length > 0) return;
  try {
    await removeImage(engine, imageId);
  } catch (error) {
    // Something else is made of it by now.
    if ((error as { code?: string }).code !== "TRANSPORT_CONFLICT") throw error;
  }
}
