import { copyOf, type Node, withEntries } from "../parse/node.ts";
import { type Path, pathKeys } from "../parse/path.ts";

/** `node` without what `!reset` and `!override` of a later document say is not to be merged with. */
export function dropPaths(node: Node, paths: readonly Path[]): Node {
  let result = node;
  for (const path of paths) result = dropKeys(result, pathKeys(path));
  return result;
}

function dropKeys(node: Node, keys: readonly (string | number)[]): Node {
  const [first, ...rest] = keys;
  if (first === undefined) return node;
  if (node.kind === "mapping") {
    const entry = node.entries.get(String(first));
    if (!entry) return node;
    const entries = copyOf(node.entries);
    if (rest.length === 0) entries.delete(String(first));
    else entries.set(String(first), { value: dropKeys(entry.value, rest), key: entry.key });
    return withEntries(node, entries);
  }
  // The items of a list are never those of another list.
  return node;
}
