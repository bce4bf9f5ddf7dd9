import { LivepushError } from "./livepush-error.ts";
import type { PushPlan } from "./push-plan.ts";

/** @throws LivepushError LIVEPUSH_REBUILD_NEEDED with every reason, where the plan says that a push would not do */
export function refuseRebuild({ needsRebuild }: PushPlan): void {
  const [first] = needsRebuild;
  if (!first) return;
  const message = needsRebuild.map((reason) => reason.message).join("; ");
  throw new LivepushError("LIVEPUSH_REBUILD_NEEDED", `this change needs a rebuild: ${message}`, {
    hint: "build the image again and replace the container",
    range: first.range,
    problems: needsRebuild.map(({ message, range, path }) => ({
      code: "LIVEPUSH_REBUILD_NEEDED",
      message,
      ...(range ? { range } : {}),
      ...(path === undefined ? {} : { path }),
    })),
  });
}
