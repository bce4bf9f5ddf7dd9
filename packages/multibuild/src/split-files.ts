import { packEntries, type SplitEntry, splitEntries } from "@slipway/context";
import { entriesBundle } from "@slipway/resolve";
import { bundleIgnore, type TaskFiles } from "./task-files.ts";

/**
 * A context that was split off a larger archive.
 *
 * @param context where it lay in the archive, for messages
 * @param origin the archive
 * @param close lets go of the task's part
 */
export function splitFiles(
  split: readonly SplitEntry[],
  context: string,
  origin: unknown,
  close: () => Promise<void>,
): TaskFiles {
  const bundle = entriesBundle(split);
  const stream = packEntries(splitEntries(split));
  return {
    ...bundle,
    stream,
    origin,
    entries: async (dockerfile) => splitEntries(split, await bundleIgnore(bundle, dockerfile, context)),
    close: async () => {
      stream.destroy();
      await close();
    },
  };
}
