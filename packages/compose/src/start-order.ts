import { ComposeError } from "./compose-error.ts";
import { findCycle } from "./consistency/dependency-cycles.ts";
import type { Project } from "./model/project.ts";
import { suggestion } from "./suggestion.ts";

/**
 * The services in waves: those of one wave may start together, once those of the waves before have. With `services`,
 * those and what they need. Within a wave in the project's order.
 * @throws ComposeError COMPOSE_DEPENDENCY_CYCLE, COMPOSE_UNDEFINED_REFERENCE
 */
export function startOrder(project: Project, services?: readonly string[]): string[][] {
  const needs = new Map(
    Object.entries(project.services).map(([name, service]) => [
      name,
      Object.keys(service.depends_on).filter((key) => Object.hasOwn(project.services, key)),
    ]),
  );
  const cycle = findCycle(needs);
  if (cycle) throw new ComposeError("COMPOSE_DEPENDENCY_CYCLE", `services depend on each other: ${cycle.join(" → ")}`);
  const wanted = reachable(services ?? [...needs.keys()], needs);
  const order = [...needs.keys()].filter((name) => wanted.has(name));
  const left = new Map(order.map((name) => [name, needs.get(name)?.length ?? 0]));
  const dependents = new Map<string, string[]>();
  for (const name of order) {
    for (const need of needs.get(name) ?? []) {
      const known = dependents.get(need);
      if (known) known.push(name);
      else dependents.set(need, [name]);
    }
  }
  const place = new Map(order.map((name, index) => [name, index]));
  const waves: string[][] = [];
  let wave = order.filter((name) => left.get(name) === 0);
  while (wave.length > 0) {
    waves.push(wave);
    const next: string[] = [];
    for (const dependent of wave.flatMap((name) => dependents.get(name) ?? [])) {
      const open = (left.get(dependent) ?? 0) - 1;
      left.set(dependent, open);
      if (open === 0) next.push(dependent);
    }
    wave = next.toSorted((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0));
  }
  return waves;
}

function reachable(names: readonly string[], needs: ReadonlyMap<string, readonly string[]>): Set<string> {
  const result = new Set<string>();
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (result.has(name)) continue;
    const own = needs.get(name);
    if (!own) {
      throw new ComposeError("COMPOSE_UNDEFINED_REFERENCE", `there is no service \`${name}\``, {
        hint: suggestion(name, needs.keys(), `the services are ${[...needs.keys()].join(", ")}`),
      });
    }
    result.add(name);
    open.push(...own);
  }
  return result;
}
