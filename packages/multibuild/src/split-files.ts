import { packEntries, type SplitPart } from "@slipway/context";
import { entriesBundle } from "@slipway/resolve";
import { bundleIgnore, type TaskFiles } from "./task-files.ts";

/**
 * A context that was split off a larger archive.
 *
 * @param context where it lay in the archive, for messages
 * @param origin the archive
 * @param close lets go of the task's part
 */
export function splitFiles(part: SplitPart, context: string, origin: unknown, close: () => Promise<void>): TaskFiles {
  const bundle = entriesBundle(part);
  const stream = packEntries(part.pack());
  return {
    ...bundle,
    stream,
    origin,
    entries: async (dockerfile, instead) =>
      part.pack({ ignore: await bundleIgnore(bundle, dockerfile, context), instead, first: dockerfile }),
    close: async () => {
      stream.destroy();
      await close();
    },
  };
}
