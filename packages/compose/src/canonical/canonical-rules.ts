import { sequenceForm } from "../merge/sequence-form.ts";
import { mappingForm } from "../merge/mapping-form.ts";
import {
  entriesNode,
  type Entry,
  isNull,
  itemsOf,
  type Mapping,
  mappingNode,
  type Node,
  sequenceNode,
  stringField,
  stringNode,
  stringOf,
  valueNode,
  withEntries,
  withField,
} from "../parse/node.ts";
import { PathTable } from "../parse/path-table.ts";
import { assignmentPairs } from "../decode/assignment-pairs.ts";
import { readHostItem } from "../decode/read-hosts.ts";
import { below } from "../parse/path.ts";
import { leniently } from "./transform-tree.ts";
import { ports } from "./ports.ts";
import type { Transform } from "./transform-context.ts";
import { volumeMount } from "./volume-mount.ts";

/** A scalar becomes a mapping with it in `field`. */
function inField(field: string): Transform {
  return (node) => (node.kind === "scalar" && !isNull(node) ? mappingNode({ [field]: node }, node.span) : node);
}

const dependsOn: Transform = (node) => {
  const mapping = mappingForm(node, (span) =>
    mappingNode({ condition: stringNode("service_started", span), required: valueNode(true, span) }, span),
  );
  if (!mapping) return node;
  const entries = new Map<string, Entry>();
  for (const [key, { value, key: place }] of mapping.entries) {
    entries.set(key, { value: requiredUnlessSaid(value), key: place });
  }
  return withEntries(mapping, entries);
};

function requiredUnlessSaid(node: Node): Node {
  if (node.kind !== "mapping" || node.entries.has("required")) return node;
  return withField(node, "required", valueNode(true, node.span));
}

/** `key=value` items become a mapping; each needs a value. */
const contexts: Transform = (node, context) => {
  for (const [index, { key, value, span }] of (node.kind === "sequence" ? assignmentPairs(node) : []).entries()) {
    if (value !== undefined) continue;
    context.problems.error("COMPOSE_BAD_VALUE", `\`${key}\` has no value`, {
      path: below(context.path, index),
      span,
      hint: "write name=context",
    });
  }
  return assignments(node, context);
};

/** `key=value` items become a mapping. */
const assignments: Transform = (node) => {
  if (node.kind !== "sequence") return node;
  const entries = new Map<string, Entry>();
  for (const { key, value, span } of assignmentPairs(node)) {
    entries.set(key, { value: value === undefined ? valueNode(null, span) : stringNode(value, span), key: span });
  }
  return entriesNode(entries, node.span);
};

/** An agent or keys: `default` or `id=path`. */
const sshKeys: Transform = (node, context) => {
  for (const [index, { key, value, span }] of (node.kind === "sequence" ? assignmentPairs(node) : []).entries()) {
    if (value !== undefined || key === "default") continue;
    context.problems.error("COMPOSE_BAD_VALUE", `\`${key}\` is no ssh key`, {
      path: below(context.path, index),
      span,
      hint: "write default, or id=path",
    });
  }
  return assignments(node, context);
};

const names: Transform = (node) => mappingForm(node) ?? node;
const list: Transform = (node) => sequenceNode(sequenceForm(node), node.span);

/** A list without what is empty, which an unset variable leaves. */
const filled: Transform = (node) => {
  if (node.kind === "mapping" || isNull(node)) return node;
  const items = sequenceForm(node).filter((item) => stringOf(item) !== "");
  return sequenceNode(items, node.span);
};

const envFiles: Transform = (node, { path, problems }) => {
  if (node.kind === "mapping") {
    // A service of another file that is extended comes here without having been validated.
    problems.error("COMPOSE_WRONG_TYPE", "`env_file` is a mapping, expected a string or a list", {
      path,
      span: node.span,
      hint: "make it a list of one: `- path: …`",
    });
    return undefined;
  }
  const items = (node.kind === "sequence" ? node.items : [node]).map((item) => {
    const long = item.kind === "scalar" ? mappingNode({ path: item }, item.span) : item;
    return long.kind === "mapping" && !long.entries.has("required")
      ? withField(long, "required", valueNode(true, long.span))
      : long;
  });
  return sequenceNode(items, node.span);
};

const devices: Transform = (node, { path, problems }) => {
  if (node.kind === "mapping") {
    if (node.entries.has("target")) return node;
    if (node.damaged) return undefined;
    problems.error("COMPOSE_MISSING_FIELD", "a device has no target", {
      path,
      span: node.span,
      hint: "say which path it has in the container: target: /dev/x",
    });
    return undefined;
  }
  const text = stringOf(node);
  // A service of another file that is extended comes here without having been validated, which is done later on.
  if (text === undefined) return node;
  const [source = "", target, permissions = "rwm", ...more] = text.split(":");
  if (more.length > 0) {
    const hint = "write source, source:target or source:target:permissions";
    problems.error("COMPOSE_BAD_VALUE", `\`${text}\` is not a device`, { path, span: node.span, hint });
    return undefined;
  }
  const string = (value: string): Node => stringNode(value, node.span);
  return mappingNode(
    { source: string(source), target: string(target || source), permissions: string(permissions) },
    node.span,
  );
};

const gpus: Transform = (node) => {
  if (node.kind !== "scalar") return node;
  return sequenceNode([mappingNode({ count: node }, node.span)], node.span);
};

/** `external: {name: x}`, which is how files of version 2 and 3 say it. */
const external: Transform = (node, { path, problems }) => {
  if (node.kind !== "mapping") return node;
  const old = node.entries.get("external")?.value;
  if (old?.kind !== "mapping") return node;
  const place = { path, span: old.span, hint: "write `name: …` and `external: true`" };
  problems.warn("COMPOSE_BAD_VALUE", "`external` with a name is obsolete", place);
  const name = old.entries.get("name")?.value;
  const own = stringField(node, "name");
  if (name?.kind === "scalar" && own !== undefined && own !== name.value) {
    problems.error("COMPOSE_CONFLICT", "`external.name` and `name` are not the same", place);
  }
  const marked: Mapping = withField(node, "external", valueNode(true, old.span));
  return name ? withField(marked, "name", name) : marked;
};

const hosts: Transform = (node, { path, problems }) => {
  for (const [index, item] of itemsOf(node).entries()) {
    if (item.kind !== "scalar" || readHostItem(item.text) !== undefined) continue;
    problems.error("COMPOSE_BAD_VALUE", `\`${item.text}\` has no address`, {
      path: below(path, index),
      span: item.span,
      hint: "write host=address",
    });
  }
  return node;
};

const rules: Readonly<Record<string, Transform>> = {
  "services.*.build": inField("context"),
  "services.*.build.additional_contexts": contexts,
  "services.*.build.ssh": sshKeys,
  "services.*.build.secrets.*": inField("source"),
  "services.*.build.extra_hosts": hosts,
  "services.*.depends_on": dependsOn,
  "services.*.devices.*": devices,
  "services.*.env_file": envFiles,
  "services.*.extends": inField("service"),
  "services.*.extra_hosts": hosts,
  "services.*.gpus": gpus,
  "services.*.networks": names,
  "services.*.models": names,
  "services.*.volumes.*": volumeMount,
  "services.*.dns": filled,
  "services.*.label_file": list,
  "services.*.secrets.*": inField("source"),
  "services.*.configs.*": inField("source"),
  "services.*.ports": ports,
  "volumes.*": external,
  "networks.*": external,
  "secrets.*": external,
  "configs.*": external,
  "include.*": inField("path"),
};

const strict: PathTable<Transform> = new PathTable(rules);
const lenient: PathTable<Transform> = leniently(rules);

/** The places that have a short form, with what makes it long. `verbatim`: what cannot be read is left as it is. */
export function canonicalRules(verbatim = false): PathTable<Transform> {
  return verbatim ? lenient : strict;
}
