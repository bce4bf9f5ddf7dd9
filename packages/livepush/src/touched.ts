import type { ContextChange } from "./context-change.ts";
import type { ContextFile, ContextView } from "./context-listing.ts";
import type { StageUndone } from "./undone.ts";

/** A path that changed, or whose change an earlier push left undone. */
export interface Touched {
  readonly path: string;
  /** The first step that has yet to see it. */
  readonly fromStep: number;
  /** Of which types it may be in the container. */
  readonly maybe: ReadonlySet<ContextFile["type"]>;
  readonly now: ContextFile | undefined;
}

/** What a stage's steps have yet to see: the new changes, and what was left undone. */
export function touchedPaths(
  changes: readonly ContextChange[],
  undone: StageUndone | undefined,
  context: ContextView,
): Touched[] {
  const touched = new Map<string, Touched>();
  for (const [path, { fromStep, maybe }] of undone?.paths ?? []) {
    touched.set(path, { path, fromStep, maybe, now: context.get(path) });
  }
  for (const { path, before, after } of changes) {
    const maybe = new Set(touched.get(path)?.maybe);
    if (before) maybe.add(before.type);
    touched.set(path, { path, fromStep: 0, maybe, now: after });
  }
  return [...touched.values()];
}
