import { canonicalRules } from "../canonical/canonical-rules.ts";
import { transformTree } from "../canonical/transform-tree.ts";
import { interpolate } from "../interpolation/interpolate.ts";
import { dropPaths } from "../merge/drop-paths.ts";
import { enforceUnicity } from "../merge/enforce-unicity.ts";
import { merge } from "../merge/merge.ts";
import {
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

/** The document whose services are extended. */
export interface ExtendsSite {
  /** Its file, to tell cycles. */
  readonly file: string;
  /** What `!reset` and `!override` of the document drop from what its services extend. */
  readonly dropped: readonly Path[];
  readonly scope: Scope;
  readonly context: PipelineContext;
}

/** A service on the way: `a` of one file extends `b` of another, which extends… */
interface Step {
  readonly file: string;
  readonly service: string;
}

/** The document with each service's `extends` replaced by what it stands for. */
export function applyExtends(root: Node, site: ExtendsSite): Node {
  const services = fieldOf(root, "services");
  if (root.kind !== "mapping" || services?.kind !== "mapping") return root;
  const entries = new Map<string, Entry>();
  for (const [name, entry] of services.entries) {
    entries.set(name, { ...entry, value: extend(name, entry.value, services, site, []) });
  }
  return withField(root, "services", withEntries(services, entries));
}

function extend(name: string, service: Node, services: Mapping, site: ExtendsSite, chain: readonly Step[]): Node {
  const reference = fieldOf(service, "extends");
  if (service.kind !== "mapping" || !reference || isNull(reference)) return service;
  const own = withoutField(service, "extends");
  const path = pathOf("services", name, "extends");
  const place = { path, span: reference.span };
  const { problems } = site.context;
  const steps = [...chain, { file: site.file, service: name }];
  const first = chain.findIndex((step) => step.file === site.file && step.service === name);
  if (first >= 0) {
    const cycle = chain.slice(first).map((step) => step.service);
    // Every service of a cycle leads to it: it is told once.
    if (!cycle.some((one) => one < name)) {
      const names = [...cycle, name].join(" → ");
      problems.error("COMPOSE_EXTENDS_CYCLE", `services extend each other: ${names}`, place);
    }
    return { ...own, damaged: true };
  }
  const wanted = reference.kind === "scalar" ? stringOf(reference) : stringField(reference, "service");
  // The validation that follows tells what is wrong with it.
  if (wanted === undefined) return service;
  const file = fieldOf(reference, "file");
  const fileName = stringOf(file);
  if (file && !isNull(file) && fileName === undefined) return service;
  const home = fileName === undefined ? { services, site } : otherFile(fileName, path, file, site);
  if (!home) return { ...own, damaged: true };
  const base = fieldOf(home.services, wanted);
  if (!base) {
    const others = [...home.services.entries.keys()].filter((key) => key !== name);
    problems.error(
      "COMPOSE_UNDEFINED_REFERENCE",
      `service \`${name}\` extends \`${wanted}\`, which is not in that file`,
      {
        ...place,
        hint: suggestion(wanted, others, "a service of another file needs `file:` as well"),
      },
    );
    return { ...own, damaged: true };
  }
  const extended = extend(wanted, base, home.services, home.site, steps);
  if (extended.kind !== "mapping") return own;
  const kept = fieldOf(
    fieldOf(dropPaths(mappingNode({ services: mappingNode({ [name]: extended }) }), site.dropped), "services"),
    name,
  );
  return kept ? merge(kept, own, problems, pathOf("services", name)) : own;
}

/** The services of another file, in their long form and with absolute paths. */
function otherFile(
  name: string,
  path: Path | undefined,
  node: Node | undefined,
  site: ExtendsSite,
): { services: Mapping; site: ExtendsSite } | undefined {
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
  const text = requireFile(file, request, context);
  if (text === undefined) return undefined;
  const directory = directoryOf(file);
  const inside: Scope = { ...scope, directory };
  const { documents } = context.parsed.parse(context.displayName(file), text, context.problems);
  let model: Node = mappingNode({});
  for (const document of documents) {
    if (isNull(document.root)) continue;
    const { root } = document;
    const written = context.verbatim ? root : interpolate(root, scope.lookup, context.problems);
    model = enforceUnicity(merge(dropPaths(model, document.dropped), written, context.problems));
  }
  const long = transformTree(model, canonicalRules(context.verbatim), context.problems);
  const services = fieldOf(transformTree(long, new PathTable(pathRules(inside)), context.problems), "services");
  const dropped = documents.flatMap((document) => document.dropped);
  return {
    services: services?.kind === "mapping" ? services : mappingNode({}),
    site: { file, dropped, scope: inside, context },
  };
}
