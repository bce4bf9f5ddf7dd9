import { assignmentPairs } from "../decode/assignment-pairs.ts";
import type { Lookup } from "../interpolation/substitute.ts";
import {
  entriesNode,
  type Entry,
  fieldOf,
  itemsOf,
  type Mapping,
  type Node,
  stringField,
  stringNode,
  stringOf,
  valueNode,
  withField,
  withoutField,
} from "../parse/node.ts";
import { below, pathOf } from "../parse/path.ts";
import { type PipelineContext, requireFile } from "../pipeline/pipeline-context.ts";
import { readBoolean } from "../schema/read-boolean.ts";
import { environmentOf } from "./environment-of.ts";

/** Whether a service gets variables or labels from files. */
export function readsFiles(service: Mapping): boolean {
  return service.entries.has("env_file") || service.entries.has("label_file");
}

/**
 * The service with the variables of its env files in its environment and the labels of its label files in its labels;
 * what it says itself wins, a variable without a value included.
 */
export function withFileValues(name: string, service: Mapping, lookup: Lookup, context: PipelineContext): Mapping {
  return withLabels(name, withVariables(name, service, lookup, context), context);
}

function withVariables(name: string, service: Mapping, lookup: Lookup, context: PipelineContext): Mapping {
  if (!service.entries.has("env_file")) return service;
  const files = itemsOf(fieldOf(service, "env_file"));
  const environment = fieldOf(service, "environment");
  const own = new Map(assignmentPairs(environment ?? nothing).map(({ key, value }) => [key, value]));
  const variables = new Map<string, string>();
  const known: Lookup = (key) => lookup(key) ?? own.get(key);
  const earlier: Lookup = (key) => variables.get(key);
  for (const [index, file] of files.entries()) {
    const path = stringField(file, "path");
    if (path === undefined) continue;
    const required = fieldOf(file, "required");
    const optional = required?.kind === "scalar" && readBoolean(required.text) === false;
    if (optional && context.files.read(path) === "missing") continue;
    const place = { path: below(pathOf("services", name, "env_file"), index), span: fieldOf(file, "path")?.span };
    const format = fieldOf(file, "format");
    if (stringOf(format) && stringOf(format) !== "raw") {
      context.problems.error("COMPOSE_BAD_VALUE", "the only format of env files with a name is `raw`", {
        path: place.path && below(place.path, "format"),
        span: format?.span,
      });
      continue;
    }
    const text = requireFile(path, { ...place, what: "env file" }, context);
    if (text === undefined) continue;
    for (const [key, value] of environmentOf(text, path, known, context, {
      format: stringOf(format) ? "raw" : undefined,
      earlier,
    })) {
      variables.set(key, value);
    }
  }
  return withValues(withoutField(service, "env_file"), "environment", variables);
}

const nothing: Node = valueNode(null);

function withLabels(name: string, service: Mapping, context: PipelineContext): Mapping {
  if (!service.entries.has("label_file")) return service;
  const labels = new Map<string, string>();
  for (const [index, file] of itemsOf(fieldOf(service, "label_file")).entries()) {
    const path = stringOf(file);
    if (path === undefined) continue;
    const place = { path: below(pathOf("services", name, "label_file"), index), span: file.span };
    const text = requireFile(path, { ...place, what: "label file" }, context);
    if (text === undefined) continue;
    for (const [key, value] of environmentOf(text, path, (label) => labels.get(label), context)) labels.set(key, value);
  }
  return withValues(withoutField(service, "label_file"), "labels", labels);
}

/** The values of files, with those that the service gives itself on top. */
function withValues(service: Mapping, field: string, values: ReadonlyMap<string, string>): Mapping {
  if (values.size === 0) return service;
  const own = fieldOf(service, field);
  const entries = new Map<string, Entry>();
  for (const [key, value] of values) entries.set(key, { value: stringNode(value), key: undefined });
  for (const { key, value, span } of assignmentPairs(own ?? nothing)) {
    entries.set(key, { value: value === undefined ? valueNode(null, span) : stringNode(value, span), key: span });
  }
  return withField(service, field, entriesNode(entries, own?.span));
}
