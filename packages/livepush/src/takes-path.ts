import type { Stage } from "@slipway/dockerfile";
import type { ContextView } from "./context-listing.ts";
import { CopyMapping } from "./copy-mapping.ts";
import { contributingStages, effectiveSteps } from "./effective-steps.ts";
import { mountSource } from "./run-command.ts";

/** Whether any step that the last stage depends on takes this path of the context, or something below it. */
export function takesPath(stages: readonly Stage[], context: ContextView, path: string): boolean {
  return contributingStages(stages, stages.length - 1)
    .flatMap((stage) => effectiveSteps(stages, stage))
    .some(({ step }) => {
      if (step.kind === "run") {
        return step.mounts.some((mount) => mount.type === "bind" && !mount.from && overlaps(mountSource(mount), path));
      }
      if ((step.kind !== "copy" && step.kind !== "add") || step.from) return false;
      const mapping = new CopyMapping(step, context, () => undefined);
      return (
        mapping.takes(path) ||
        mapping.isLinkOfSource(path) ||
        [...context.below(path)].some((one) => mapping.takes(one))
      );
    });
}

function overlaps(folder: string, path: string): boolean {
  return folder === "" || path === folder || path.startsWith(`${folder}/`) || folder.startsWith(`${path}/`);
}
