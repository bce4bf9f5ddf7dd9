import type { Stage } from "./stage.ts";
import type { Source } from "./source.ts";
import type { Step } from "./step.ts";

/** The stages that a stage takes anything from, in order. */
export function dependenciesOf(base: Source, steps: readonly Step[]): number[] {
  const sources: (Source | undefined)[] = [base];
  for (const step of steps) {
    if (step.kind === "copy" || step.kind === "add") sources.push(step.from);
    if (step.kind === "run") sources.push(...step.mounts.map((mount) => mount.from));
  }
  const indices = sources.flatMap((source) => (source?.kind === "stage" ? [source.index] : []));
  return [...new Set(indices)].toSorted((a, b) => a - b);
}

/** The stages that building `target` needs, itself included. */
export function neededStages(stages: readonly Stage[], target: number): Set<number> {
  const needed = new Set<number>();
  const open = [target];
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    if (needed.has(index)) continue;
    needed.add(index);
    open.push(...(stages[index]?.dependsOn ?? []));
  }
  return needed;
}

/** The stages in an order in which each comes after all that it depends on. There must be no cycle. */
export function buildOrder(stages: readonly Stage[]): Stage[] {
  const order: Stage[] = [];
  visitAll(stages, (index) => order.push(stages[index] as Stage));
  return order;
}

/** Stages that take from each other in a circle, if there are any. */
export function findCycle(stages: readonly Stage[]): number[] | undefined {
  return visitAll(stages, () => undefined);
}

/** Visits each stage after those that it depends on. Returns the first circle found, and stops there. */
function visitAll(stages: readonly Stage[], visit: (index: number) => unknown): number[] | undefined {
  const done = new Set<number>();
  for (const { index: root } of stages) {
    const path: { index: number; next: number }[] = [{ index: root, next: 0 }];
    const onPath = new Set([root]);
    while (path.length > 0) {
      const top = path.at(-1) as { index: number; next: number };
      const dependency = done.has(top.index) ? undefined : stages[top.index]?.dependsOn[top.next];
      if (dependency === undefined) {
        if (!done.has(top.index)) {
          done.add(top.index);
          visit(top.index);
        }
        onPath.delete(top.index);
        path.pop();
        continue;
      }
      top.next += 1;
      if (onPath.has(dependency)) {
        const indices = path.map(({ index }) => index);
        return indices.slice(indices.indexOf(dependency));
      }
      if (done.has(dependency)) continue;
      onPath.add(dependency);
      path.push({ index: dependency, next: 0 });
    }
  }
  return undefined;
}
