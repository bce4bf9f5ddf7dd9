/** A place in a document, from the leaf up. The root is undefined. */
export interface Path {
  readonly parent: Path | undefined;
  readonly key: string | number;
}

/** The place of `key`, a field's name or an item's index, below `parent`. */
export function below(parent: Path | undefined, key: string | number): Path {
  return { parent, key };
}

/** `services.web.ports[1]`. */
export function formatPath(path: Path | undefined): string {
  if (!path) return "";
  const parent = formatPath(path.parent);
  if (typeof path.key === "number") return `${parent}[${path.key}]`;
  return parent === "" ? path.key : `${parent}.${path.key}`;
}

/** The keys from the root. */
export function pathKeys(path: Path | undefined): (string | number)[] {
  const keys: (string | number)[] = [];
  for (let at = path; at; at = at.parent) keys.push(at.key);
  return keys.toReversed();
}

/** The path made of `keys`. */
export function pathOf(...keys: readonly (string | number)[]): Path | undefined {
  let path: Path | undefined;
  for (const key of keys) path = below(path, key);
  return path;
}
