import type { PlannedCopy } from "./planned-copy.ts";
import type { CopyItem } from "./push-plan.ts";

/** What a COPY does with one of its sources; undefined for the context itself and for what does not exist. */
export function copyItem(copy: PlannedCopy, source: string, target: string, why: string): CopyItem | undefined {
  const { mapping, attributes } = copy;
  const type = mapping.typeOf(source);
  if (source === "" || type === undefined) return undefined;
  const { owner, mode } = attributes();
  const inline = mapping.inlineOf(source);
  return {
    source: inline?.name ?? source,
    ...(inline ? { inline: inline.content } : {}),
    type,
    destination: target,
    owner,
    ...(mode === undefined ? {} : { mode }),
    ...(type === "directory" && target === mapping.destination ? { keepExisting: true } : {}),
    why,
  };
}
