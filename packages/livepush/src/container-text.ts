import { readEntries } from "@slipway/context";
import { isSlipwayError } from "@slipway/errors";
import { type Engine, getArchive } from "@slipway/transport";

/** The text of a container's file; undefined where there is none. */
export async function containerText(
  engine: Engine,
  containerId: string,
  path: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    for await (const { body } of readEntries(await getArchive(engine, containerId, path, { signal }))) {
      const chunks: Buffer[] = [];
      for await (const chunk of body) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks).toString();
    }
    return undefined;
  } catch (error) {
    if (isSlipwayError(error, "TRANSPORT_NOT_FOUND")) return undefined;
    throw error;
  }
}
