import { environmentOf } from "../environment/environment-of.ts";
import {
  entriesNode,
  type Entry,
  fieldOf,
  fieldsOf,
  isNull,
  itemsOf,
  type Mapping,
  type Node,
  stringField,
  stringOf,
  withField,
  withoutField,
} from "../parse/node.ts";
import { below, type Path, pathOf } from "../parse/path.ts";
import { resolveWith } from "../paths/path-rules.ts";
import { isRemote } from "../paths/is-remote.ts";
import { directoryOf } from "../paths/posix-path.ts";
import type { LoadModel, ModelFile } from "../pipeline/model-file.ts";
import { includedShape } from "../schema/project-shape.ts";
import { validate } from "../validate/validate.ts";
import { type PipelineContext, requireFile, type Scope } from "../pipeline/pipeline-context.ts";

/**
 * The document with the resources that its `include` brings; undefined if it includes nothing. Each included project has a project
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
  let result = withoutField(root as Mapping, "include");
  for (const [index, item] of include.items.entries()) {
    const path = pathOf("include", index);
    const valid = validate(item, includedShape, context.problems, { path });
    if (!valid) context.problems.markIncomplete();
    const model = valid && includeOne(valid, path, scope, context, including, loadModel);
    if (model) result = importResources(model, result, context);
  }
  return result;
}

const sections = ["services", "networks", "volumes", "secrets", "configs", "models"];

/** The document with the resources of an included one, which may be there already only if they are the same. */
function importResources(included: Node, root: Mapping, { problems }: PipelineContext): Mapping {
  let result = root;
  for (const section of sections) {
    const [theirs, ours] = [fieldOf(included, section), fieldOf(result, section)];
    if (theirs?.kind !== "mapping" || (ours && ours.kind !== "mapping" && !isNull(ours))) continue;
    const entries = new Map<string, Entry>(fieldsOf(ours));
    for (const [name, entry] of theirs.entries) {
      const own = entries.get(name);
      if (!own) entries.set(name, entry);
      else if (!sameValue(own.value, entry.value)) {
        problems.error("COMPOSE_CONFLICT", `\`${section}.${name}\` is also in an included file, and not the same`, {
          path: pathOf(section, name),
          span: own.key ?? own.value.span,
          hint: "change it in a file that is included beside it, as in `path: [included.yaml, change.yaml]`",
        });
      }
    }
    result = withField(result, section, entriesNode(entries, ours?.span ?? theirs.span));
  }
  return result;
}

function sameValue(one: Node, other: Node): boolean {
  if (one.kind === "scalar" || other.kind === "scalar") {
    return one.kind === "scalar" && other.kind === "scalar" && one.value === other.value;
  }
  if (one.kind === "sequence" || other.kind === "sequence") {
    const [left, right] = [itemsOf(one), itemsOf(other)];
    return (
      one.kind === other.kind && left.length === right.length && left.every((item, i) => sameValue(item, right[i]!))
    );
  }
  const [left, right] = [one.entries, other.entries];
  return (
    left.size === right.size &&
    [...left].every(([key, { value }]) => {
      const twin = right.get(key);
      return twin !== undefined && sameValue(value, twin.value);
    })
  );
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
  const remote = isRemote(name) ? context.files.pathOf(name) : undefined;
  if (remote === "pending") return undefined;
  if (remote && remote.path === undefined) {
    context.problems.error("COMPOSE_UNSUPPORTED", `\`${name}\` is not fetched: only files here can be included`, place);
    return undefined;
  }
  const file = remote?.path ?? resolveWith(scope, name);
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
