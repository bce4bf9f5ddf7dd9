import { canonicalRules } from "../canonical/canonical-rules.ts";
import { transformTree } from "../canonical/transform-tree.ts";
import { interpolate } from "../interpolation/interpolate.ts";
import { dropPaths } from "../merge/drop-paths.ts";
import { enforceUnicity } from "../merge/enforce-unicity.ts";
import { merge } from "../merge/merge.ts";
import {
  copyOf,
  entriesNode,
  type Entry,
  fieldOf,
  isNull,
  type Mapping,
  mappingNode,
  type Node,
  stringField,
  stringOf,
  withEntries,
  withField,
  withoutField,
} from "../parse/node.ts";
import { PathTable } from "../parse/path-table.ts";
import { below, type Path, pathOf } from "../parse/path.ts";
import { pathRules, resolveWith } from "../paths/path-rules.ts";
import { isRemote } from "../paths/is-remote.ts";
import { directoryOf } from "../paths/posix-path.ts";
import { type PipelineContext, requireFile, type Scope } from "../pipeline/pipeline-context.ts";
import { suggestion } from "../suggestion.ts";
import { castRules } from "./cast-rules.ts";

const casts = new PathTable(castRules);
const absolutePaths = new PathTable(pathRules);

/** The document whose services are extended. */
export interface ExtendsSite {
  /** Its file, to tell cycles. */
  readonly file: string;
  /** What `!reset` and `!override` of the document drop from what its services extend. */
  readonly dropped: readonly Path[];
  readonly scope: Scope;
  readonly context: PipelineContext;
}

/** A document's services, with where they are from. */
interface Home {
  readonly services: Mapping;
  readonly site: ExtendsSite;
}

/** What has been worked out already, as many services extend the same ones. */
interface Known {
  /** Other files, by path. */
  readonly files: Map<string, Home>;
  readonly services: Map<Mapping, Map<string, Node>>;
}

/** A service on the way: `a` of one file extends `b` of another, which extends… */
interface Link extends Home {
  readonly name: string;
  readonly service: Node;
}

/** What a service extends: another one, nothing, or something that isn't there, which has been told. */
type Base = Link | "nothing" | "missing";

/** The document with each service's `extends` replaced by what it stands for. */
export function applyExtends(root: Node, site: ExtendsSite): Node {
  const services = fieldOf(root, "services");
  if (root.kind !== "mapping" || services?.kind !== "mapping") return root;
  let entries: Map<string, Entry> | undefined;
  const known: Known = { files: new Map(), services: new Map() };
  services.entries.forEach(({ value: service, key }, name) => {
    if (!fieldOf(service, "extends")) return;
    const value = extend({ name, service, services, site }, known);
    (entries ??= copyOf(services.entries)).set(name, { value, key });
  });
  return entries ? withField(root, "services", withEntries(services, entries)) : root;
}

/** From the end of what it extends, one after the other: chains may be longer than a stack is deep. */
function extend(link: Link, known: Known): Node {
  const way: { readonly link: Link; readonly base: Base }[] = [];
  const seen = new Map<Node, number>();
  let at: Base = link;
  while (typeof at === "object" && !knownOf(at, known).has(at.name)) {
    const first = seen.get(at.service);
    if (first !== undefined) {
      const cycle = way.slice(first).map((step) => step.link);
      tellCycle(cycle);
      for (const one of cycle) knownOf(one, known).set(one.name, damaged(one));
      break;
    }
    seen.set(at.service, way.length);
    const base = baseOf(at, known);
    way.push({ link: at, base });
    at = base;
  }
  for (const { link: one, base } of way.toReversed()) {
    const found = knownOf(one, known);
    if (!found.has(one.name)) found.set(one.name, extendBy(one, base, known));
  }
  return knownOf(link, known).get(link.name) ?? link.service;
}

function knownOf({ services }: Home, known: Known): Map<string, Node> {
  const found = known.services.get(services) ?? new Map<string, Node>();
  known.services.set(services, found);
  return found;
}

/** A cycle, by its service whose name comes first. */
function tellCycle(cycle: readonly Link[]): void {
  const names = cycle.map(({ name }) => name);
  const first = names.indexOf(names.toSorted()[0] ?? "");
  const inOrder = [...names.slice(first), ...names.slice(0, first + 1)].join(" → ");
  const { name, service, site } = cycle[first] as Link;
  site.context.problems.error("COMPOSE_EXTENDS_CYCLE", `services extend each other: ${inOrder}`, {
    path: pathOf("services", name, "extends"),
    span: fieldOf(service, "extends")?.span,
  });
}

function damaged({ service }: Link): Node {
  return service.kind === "mapping"
    ? entriesNode(withoutField(service, "extends").entries, service.span, true)
    : service;
}

function baseOf({ name, service, services, site }: Link, known: Known): Base {
  const reference = fieldOf(service, "extends");
  if (service.kind !== "mapping" || !reference || isNull(reference)) return "nothing";
  const path = pathOf("services", name, "extends");
  const wanted = reference.kind === "scalar" ? stringOf(reference) : stringField(reference, "service");
  // The validation that follows tells what is wrong with it.
  if (wanted === undefined) return "nothing";
  const file = fieldOf(reference, "file");
  const fileName = stringOf(file);
  if (file && !isNull(file) && fileName === undefined) return "nothing";
  const home = fileName === undefined ? { services, site } : otherFile(fileName, path, file, site, known);
  if (!home) return "missing";
  const base = fieldOf(home.services, wanted);
  if (base) return { ...home, name: wanted, service: base };
  const others = [...home.services.entries.keys()].filter((key) => key !== name);
  site.context.problems.error(
    "COMPOSE_UNDEFINED_REFERENCE",
    `service \`${name}\` extends \`${wanted}\`, which is not in that file`,
    {
      path,
      span: reference.span,
      hint: suggestion(wanted, others, "a service of another file needs `file:` as well"),
    },
  );
  return "missing";
}

function extendBy(link: Link, base: Base, known: Known): Node {
  const { name, service, site } = link;
  if (base === "missing") return damaged(link);
  if (base === "nothing" || service.kind !== "mapping") return service;
  const own = withoutField(service, "extends");
  const extended = knownOf(base, known).get(base.name) ?? base.service;
  if (extended.kind !== "mapping") return own;
  const kept = fieldOf(
    fieldOf(dropPaths(mappingNode({ services: mappingNode({ [name]: extended }) }), site.dropped), "services"),
    name,
  );
  return kept ? merge(kept, own, site.context.problems, pathOf("services", name)) : own;
}

/** The services of another file, in their long form and with absolute paths. */
function otherFile(
  name: string,
  path: Path | undefined,
  node: Node | undefined,
  site: ExtendsSite,
  known: Known,
): Home | undefined {
  const { context, scope } = site;
  const request = { path: path && below(path, "file"), span: node?.span, what: "file" };
  const remote = isRemote(name) ? context.files.pathOf(name) : undefined;
  if (remote === "pending") return undefined;
  if (remote && remote.path === undefined) {
    context.problems.error(
      "COMPOSE_UNSUPPORTED",
      `\`${name}\` is not fetched: only files here can be extended`,
      request,
    );
    return undefined;
  }
  const file = remote?.path ?? resolveWith(scope, name);
  const before = known.files.get(file);
  if (before) return before;
  const text = requireFile(file, request, context);
  if (text === undefined) return undefined;
  const directory = directoryOf(file);
  const inside: Scope = { ...scope, directory };
  const { documents } = context.parsed.parse(context.displayName(file), text, context.problems);
  const place = { problems: context.problems, scope: inside };
  let model: Node = mappingNode({});
  for (const document of documents) {
    if (isNull(document.root)) continue;
    const { root } = document;
    const written = context.verbatim
      ? root
      : transformTree(interpolate(root, scope.lookup, context.problems), casts, place);
    model = enforceUnicity(merge(dropPaths(model, document.dropped), written, context.problems));
  }
  const long = transformTree(model, canonicalRules(context.verbatim), place);
  const services = fieldOf(transformTree(long, absolutePaths, place), "services");
  const dropped = documents.flatMap((document) => document.dropped);
  const home: Home = {
    services: services?.kind === "mapping" ? services : mappingNode({}),
    site: { file, dropped, scope: inside, context },
  };
  known.files.set(file, home);
  return home;
}
