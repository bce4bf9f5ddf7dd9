import { ComposeError } from "./compose-error.ts";
import type { Project } from "./project.ts";

/**
 * The services in waves: each needs only services of earlier waves.
 * @param services those wanted, with what they need; all without
 * @throws ComposeError COMPOSE_DEPENDENCY_CYCLE with the cycle's path
 */
export function startOrder(project: Project, services?: readonly string[]): string[][] {
  const level = new Map<string, number>();
  const needs = (name: string): string[] =>
    Object.keys(project.services[name]?.depends_on ?? {}).filter((needed) => Object.hasOwn(project.services, needed));
  // With a stack of its own: a chain of dependencies may be long.
  for (const start of services ?? Object.keys(project.services)) {
    const stack: { name: string; rest: string[] }[] = [];
    const open = new Set<string>();
    const enter = (name: string): void => {
      open.add(name);
      stack.push({ name, rest: needs(name) });
    };
    if (!level.has(start)) enter(start);
    while (stack.length > 0) {
      const top = stack.at(-1) as { name: string; rest: string[] };
      const next = top.rest.pop();
      if (next === undefined) {
        stack.pop();
        open.delete(top.name);
        level.set(top.name, Math.max(-1, ...needs(top.name).map((needed) => level.get(needed) as number)) + 1);
      } else if (open.has(next)) {
        const names = stack.map((item) => item.name);
        const cycle = [...names.slice(names.indexOf(next)), next].join(" → ");
        throw new ComposeError("COMPOSE_DEPENDENCY_CYCLE", `services depend on each other in a circle: ${cycle}`, {
          hint: "take one of these out of `depends_on`",
        });
      } else if (!level.has(next)) enter(next);
    }
  }
  const waves: string[][] = [];
  for (const name of Object.keys(project.services)) {
    const wave = level.get(name);
    if (wave !== undefined) (waves[wave] ??= []).push(name);
  }
  return waves;
}
