/** The folders above a path that wait for something that is let in, the outermost first; each comes once. */
export function* heldAbove<Entry>(path: string, held: Map<string, Entry>): Generator<Entry, void, undefined> {
  if (held.size === 0) return;
  for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) {
    const folder = path.slice(0, at);
    const entry = held.get(folder);
    if (entry === undefined) continue;
    held.delete(folder);
    yield entry;
  }
}
