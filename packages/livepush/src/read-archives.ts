import path from "node:path";
import type { Stage } from "@slipway/dockerfile";
import { flowKey } from "./apply-plan.ts";
import { archiveKind } from "./archive-kind.ts";
import type { ContextListing } from "./context-listing.ts";
import { CopyMapping } from "./copy-mapping.ts";
import { contributingStages, effectiveSteps } from "./effective-steps.ts";
import { type Flow, readArchiveFlow } from "./stage-flow.ts";

/** Takes note of the archives that ADDs unpacked, while they are as the image was built from them. */
export async function readArchives(options: {
  readonly directory: string;
  /** Gets to know which files are archives. */
  readonly listing: ContextListing;
  readonly stages: readonly Stage[];
  readonly flows: Map<string, Flow>;
}): Promise<void> {
  const { directory, listing, stages, flows } = options;
  for (const stage of contributingStages(stages, stages.length - 1)) {
    for (const [of, { step }] of effectiveSteps(stages, stage).entries()) {
      if (step.kind !== "add" || step.from) continue;
      const mapping = new CopyMapping(step, listing, () => undefined);
      for (const { path: name } of mapping.everything()) {
        const file = listing.get(name);
        if (file?.type !== "file" || file.archive !== undefined || !mapping.isSource(name)) continue;
        listing.set(name, { ...file, archive: await archiveKind(path.join(directory, name)) });
      }
      for (const archive of new CopyMapping(step, listing, () => undefined).archives()) {
        if (listing.get(archive)?.archive === "other") continue;
        flows.set(
          flowKey(stage, { of, from: { archive } }),
          await readArchiveFlow(path.join(directory, archive), step),
        );
      }
    }
  }
}
