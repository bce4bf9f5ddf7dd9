import { packEntries, type SplitEntry, splitEntries } from "@slipway/context";
import { entriesBundle } from "@slipway/resolve";
import { bundleIgnore, type TaskFiles, withDockerfile } from "./task-files.ts";

/**
 * A context that was split off a larger archive.
 *
 * @param context where it lay in the archive, for messages
 * @param close lets go of the task's part
 */
export function splitFiles(split: readonly SplitEntry[], context: string, close: () => Promise<void>): TaskFiles {
  const bundle = entriesBundle(split);
  const stream = packEntries(splitEntries(split));
  return {
    ...bundle,
    stream,
    open: (dockerfile) => {
      return packEntries(async () => {
        const ignore = await bundleIgnore(bundle, dockerfile.path, context);
        return withDockerfile(splitEntries(split, ignore), dockerfile);
      });
    },
    close: async () => {
      stream.destroy();
      await close();
    },
  };
}
