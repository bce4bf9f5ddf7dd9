import { environmentOf } from "../environment/environment-of.ts";
import { merge } from "../merge/merge.ts";
import { fieldOf, itemsOf, type Node, stringField, stringOf } from "../parse/node.ts";
import { below, type Path, pathOf } from "../parse/path.ts";
import { resolveWith } from "../paths/path-rules.ts";
import { directoryOf } from "../paths/posix-path.ts";
import type { LoadModel, ModelFile } from "../pipeline/model-file.ts";
import { type PipelineContext, requireFile, type Scope } from "../pipeline/pipeline-context.ts";

/**
 * What the document's `include` brings, merged; undefined if it includes nothing. Each included project has a project
 * directory and an `.env` of its own, over which the variables of the including project win. `loadModel` loads one.
 */
export function applyIncludes(
  root: Node,
  scope: Scope,
  context: PipelineContext,
  including: readonly string[],
  loadModel: LoadModel,
): Node | undefined {
  const include = fieldOf(root, "include");
  if (include?.kind !== "sequence") return undefined;
  let result: Node | undefined;
  for (const [index, item] of include.items.entries()) {
    const model = includeOne(item, pathOf("include", index), scope, context, including, loadModel);
    if (model) result = result ? merge(result, model, context.problems) : model;
  }
  return result;
}

function includeOne(
  item: Node,
  path: Path | undefined,
  scope: Scope,
  context: PipelineContext,
  including: readonly string[],
  loadModel: LoadModel,
): Node | undefined {
  const written = stringOf(item) === undefined ? fieldOf(item, "path") : item;
  const paths = written?.kind === "sequence" ? written.items : written ? [written] : [];
  const files: ModelFile[] = [];
  for (const one of paths) {
    const file = readIncluded(one, path, scope, context, including);
    if (!file) {
      context.problems.markIncomplete();
      return undefined;
    }
    files.push(file);
  }
  const [first] = files;
  if (!first) return undefined;
  const directory = stringField(item, "project_directory");
  const base = directory === undefined ? directoryOf(first.path) : resolveWith(scope, directory);
  const lookup = includedLookup(item, path, base, scope, context);
  return loadModel(files, { ...scope, directory: base, lookup }, context, including);
}

function readIncluded(
  node: Node,
  path: Path | undefined,
  scope: Scope,
  context: PipelineContext,
  including: readonly string[],
): ModelFile | undefined {
  const name = stringOf(node);
  if (name === undefined) return undefined;
  const place = { path, span: node.span };
  if (/^(?:https?:\/\/|git@|oci:\/\/|ssh:\/\/)/.test(name)) {
    context.problems.error("COMPOSE_UNSUPPORTED", `\`${name}\` is not fetched: only files here can be included`, place);
    return undefined;
  }
  const file = resolveWith(scope, name);
  if (including.includes(file)) {
    const cycle = [...including.slice(including.indexOf(file)), file].map(context.displayName).join(" → ");
    context.problems.error("COMPOSE_INCLUDE_CYCLE", `files include each other: ${cycle}`, place);
    return undefined;
  }
  const text = requireFile(file, { ...place, what: "included file" }, context);
  if (text === undefined) return undefined;
  return { path: file, documents: context.parsed.parse(context.displayName(file), text, context.problems).documents };
}

function includedLookup(
  item: Node,
  path: Path | undefined,
  directory: string,
  scope: Scope,
  context: PipelineContext,
): Scope["lookup"] {
  const written = fieldOf(item, "env_file");
  const variables = new Map<string, string>();
  const lookup = (name: string): string | undefined => scope.lookup(name) ?? variables.get(name);
  const given = written?.kind === "sequence" ? itemsOf(written) : written ? [written] : [];
  for (const node of given) {
    const name = stringOf(node);
    if (name === undefined) continue;
    const file = resolveWith(scope, name);
    const place = { path: path && below(path, "env_file"), span: node.span };
    const text = requireFile(file, { ...place, what: "env file" }, context);
    if (text !== undefined) addAll(variables, environmentOf(text, file, lookup, context));
  }
  if (given.length === 0) {
    const file = resolveWith({ ...scope, directory }, ".env");
    const answer = context.files.read(file);
    if (typeof answer === "object") addAll(variables, environmentOf(answer.text, file, lookup, context));
  }
  return lookup;
}

function addAll(target: Map<string, string>, source: ReadonlyMap<string, string>): void {
  for (const [key, value] of source) target.set(key, value);
}
