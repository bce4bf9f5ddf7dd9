/**
 * The first cycle of a graph, as the names on it with the first one repeated at the end; undefined if there is none.
 * Names that the graph doesn't have are passed over.
 */
export function findCycle(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  for (const start of graph.keys()) {
    const cycle = walk(start, graph, done);
    if (cycle) return cycle;
  }
  return undefined;
}

/** Depth first, with a stack of its own so that long chains don't overflow the engine's. */
function walk(start: string, graph: ReadonlyMap<string, readonly string[]>, done: Set<string>): string[] | undefined {
  const trail: { name: string; next: number }[] = [{ name: start, next: 0 }];
  const onTrail = new Set<string>([start]);
  while (trail.length > 0) {
    const top = trail[trail.length - 1]!;
    const neighbour = graph.get(top.name)?.[top.next++];
    if (neighbour === undefined || done.has(top.name)) {
      done.add(top.name);
      onTrail.delete(top.name);
      trail.pop();
    } else if (onTrail.has(neighbour)) {
      const names = trail.map(({ name }) => name);
      return [...names.slice(names.indexOf(neighbour)), neighbour];
    } else if (graph.has(neighbour) && !done.has(neighbour)) {
      trail.push({ name: neighbour, next: 0 });
      onTrail.add(neighbour);
    }
  }
  return undefined;
}
