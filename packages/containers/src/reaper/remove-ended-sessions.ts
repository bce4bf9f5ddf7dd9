import type { Backend } from "../backend/backend.ts";
import type { OperationOptions } from "../backend/operation-options.ts";
import { removeResources, type RemovedResources } from "../remove-resources.ts";
import { label } from "../session.ts";
import { hasEnded } from "./owner.ts";

/** Removes what processes of this machine have left that have ended, and whose reapers ended with them. */
export async function removeEndedSessions(
  backend: Backend,
  options: OperationOptions & { readonly dryRun?: boolean | undefined } = {},
): Promise<RemovedResources> {
  const ended = new Map<string, boolean>();
  return await removeResources(backend, {
    labels: { [label.owner]: undefined },
    matches: ({ labels }) => {
      const owner = labels[label.owner] ?? "";
      if (!ended.has(owner)) ended.set(owner, hasEnded(owner));
      return ended.get(owner) ?? false;
    },
    ...options,
  });
}
