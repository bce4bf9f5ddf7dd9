import type { MapEntry, YamlNode } from "./yaml-node.ts";

/** Where a later file replaces a list instead of adding to it. */
const replaced: readonly RegExp[] = [
  /^services\.[^.]+\.(?:command|entrypoint)$/,
  /^services\.[^.]+\.healthcheck\.test$/,
  /^services\.[^.]+\.build$/,
];

/** Where `NAME=value` lists and maps are the same thing. */
const keyed = /^services\.[^.]+\.(?:environment|labels|annotations|sysctls|build\.args|build\.labels)$/;
/** Where a list of names and a map by name are the same thing. */
const named = /^services\.[^.]+\.(?:depends_on|networks)$/;

/**
 * Lays a later file over an earlier one: maps are merged, lists appended, everything else replaced; `command`,
 * `entrypoint` and `healthcheck.test` are replaced too; what may be a list or a map is merged by name.
 */
export function merge(base: YamlNode, over: YamlNode, path = ""): YamlNode {
  if (over.kind === "scalar" && over.value === null) return base;
  if (base.kind === "scalar" && base.value === null) return over;
  if (keyed.test(path)) return mergeMaps(fromPairs(base), fromPairs(over), path);
  if (named.test(path)) return mergeMaps(fromNames(base, path), fromNames(over, path), path);
  if (path.endsWith(".build") && base.kind !== over.kind) return mergeMaps(fromContext(base), fromContext(over), path);
  if (base.kind === "map" && over.kind === "map") return mergeMaps(base, over, path);
  if (base.kind === "list" && over.kind === "list" && !replaced.some((pattern) => pattern.test(path))) {
    return { ...over, items: [...base.items, ...over.items] };
  }
  return over;
}

function mergeMaps(base: YamlNode, over: YamlNode, path: string): YamlNode {
  if (base.kind !== "map" || over.kind !== "map") return over;
  const entries = new Map<string, MapEntry>(base.entries);
  for (const [key, entry] of over.entries) {
    const before = entries.get(key);
    const below = path === "" ? key : `${path}.${key}`;
    entries.set(key, before ? { ...entry, value: merge(before.value, entry.value, below) } : entry);
  }
  return { ...over, entries };
}

function fromPairs(node: YamlNode): YamlNode {
  if (node.kind !== "list") return node;
  const entries = new Map<string, MapEntry>();
  for (const item of node.items) {
    if (item.kind !== "scalar") continue;
    const at = item.text.indexOf("=");
    const key = at < 0 ? item.text : item.text.slice(0, at);
    const value = at < 0 ? null : item.text.slice(at + 1);
    entries.set(key, { keyRange: item.range, value: { kind: "scalar", value, text: value ?? "", range: item.range } });
  }
  return { kind: "map", entries, range: node.range };
}

function fromNames(node: YamlNode, path: string): YamlNode {
  if (node.kind !== "list") return node;
  const entries = new Map<string, MapEntry>();
  for (const item of node.items) {
    if (item.kind !== "scalar") continue;
    const condition: YamlNode = {
      kind: "scalar",
      value: "service_started",
      text: "service_started",
      range: item.range,
    };
    const value: YamlNode = path.endsWith("depends_on")
      ? {
          kind: "map",
          entries: new Map([["condition", { keyRange: item.range, value: condition }]]),
          range: item.range,
        }
      : { kind: "scalar", value: null, text: "", range: item.range };
    entries.set(item.text, { keyRange: item.range, value });
  }
  return { kind: "map", entries, range: node.range };
}

function fromContext(node: YamlNode): YamlNode {
  if (node.kind !== "scalar") return node;
  return { kind: "map", entries: new Map([["context", { keyRange: node.range, value: node }]]), range: node.range };
}
