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
  /** What the container has of it, where that is known for sure. */
  readonly before?: ContextFile | undefined;
  /** Whether `before` is all there is to know: nothing of it was left undone. */
  readonly sure: boolean;
}

/** What a stage's steps have yet to see: the new changes, and what was left undone. */
export function touchedPaths(
  changes: readonly ContextChange[],
  undone: StageUndone | undefined,
  context: ContextView,
): Touched[] {
  const touched = new Map<string, Touched>();
  for (const [path, { fromStep, maybe }] of undone?.paths ?? []) {
    touched.set(path, { path, fromStep, maybe, now: context.get(path), sure: false });
  }
  for (const { path, before, after } of changes) {
    const left = touched.get(path);
    const maybe = new Set(left?.maybe);
    if (before) maybe.add(before.type);
    touched.set(path, { path, fromStep: 0, maybe, now: after, before: left ? undefined : before, sure: !left });
  }
  return [...touched.values()];
}
