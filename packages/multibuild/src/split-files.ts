import { packEntries, type SplitPart } from "@slipway/context";
import { entriesBundle } from "@slipway/resolve";
import { entriesSource } from "./entries-source.ts";
import { contextRules, type TaskFiles } from "./task-files.ts";

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
      part.pack({ ignore: (await contextRules(bundle, dockerfile, context)).ignore, instead, first: dockerfile }),
    source: async (dockerfile, instead) => {
      const { own, hidesNeeded } = await contextRules(bundle, dockerfile, context);
      if (!hidesNeeded) return undefined;
      const put = instead && !own.ignores(instead.header.name) ? instead : undefined;
      return entriesSource(() => part.pack({ ignore: own, instead: put }));
    },
    close: async () => {
      stream.destroy();
      await close();
    },
  };
}
