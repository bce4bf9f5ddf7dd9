import type { Lookup } from "../interpolation/substitute.ts";
import { sequenceForm } from "../merge/sequence-form.ts";
import {
  entriesNode,
  type Entry,
  fieldOf,
  fieldsOf,
  type Mapping,
  isNull,
  mappingNode,
  sequenceNode,
  stringNode,
  valueNode,
  withEntries,
  withField,
} from "../parse/node.ts";
import { readBoolean } from "../schema/read-boolean.ts";
import { impliedDependencies } from "./implied-dependencies.ts";
import { resolveVariables } from "./resolve-variables.ts";

/** What normalising is told besides the document. */
export interface NormaliseOptions {
  readonly projectName: string;
  readonly lookup: Lookup;
  /** Forms stay as they are written. */
  readonly verbatim?: boolean | undefined;
}

/**
 * The document with everything said that its services imply: the default network where they name none, dependencies on
 * services whose namespaces or volumes are shared, values of variables named without one.
 */
export function normaliseServices(root: Mapping, options: NormaliseOptions): Mapping {
  const services = fieldOf(root, "services");
  if (services?.kind !== "mapping") return root;
  const entries = new Map<string, Entry>();
  services.entries.forEach((entry, name) => {
    const value = entry.value.kind === "mapping" ? normaliseService(entry.value, options) : entry.value;
    entries.set(name, { value, key: entry.key });
  });
  return withField(root, "services", withEntries(services, entries));
}

/** The document with the default network where it is used, and with the names that its resources have on the engine. */
export function normaliseResources(root: Mapping, options: NormaliseOptions): Mapping {
  let result = withDefaultNetwork(root);
  for (const section of ["networks", "volumes", "configs", "secrets"]) result = withNames(result, section, options);
  return result;
}

function normaliseService(service: Mapping, options: NormaliseOptions): Mapping {
  let result = service;
  const build = fieldOf(result, "build");
  if (build?.kind === "mapping") result = withField(result, "build", normaliseBuild(build, options));
  const policy = fieldOf(result, "pull_policy");
  if (policy?.kind === "scalar" && policy.value === "if_not_present") {
    result = withField(result, "pull_policy", stringNode("missing", policy.span));
  }
  const [scale, deploy] = [fieldOf(result, "scale"), fieldOf(result, "deploy")];
  if (scale && !isNull(scale) && deploy?.kind === "mapping" && !deploy.entries.has("replicas")) {
    result = withField(result, "deploy", withField(deploy, "replicas", scale));
  }
  result = withImpliedDependencies(result);
  const attached = fieldsOf(fieldOf(result, "networks")).length > 0;
  if (attached || result.entries.has("network_mode") || result.entries.has("provider")) return result;
  return withField(result, "networks", mappingNode({ default: valueNode(null, service.span) }, service.span));
}

function normaliseBuild(build: Mapping, { lookup, verbatim }: NormaliseOptions): Mapping {
  let result = build;
  if (!build.entries.has("dockerfile") && !build.entries.has("dockerfile_inline")) {
    result = withField(result, "dockerfile", stringNode("Dockerfile", build.span));
  }
  const args = fieldOf(build, "args");
  if (args) {
    const resolved = resolveVariables(args, lookup, false);
    const listed = sequenceNode(sequenceForm(resolved), args.span);
    result = withField(result, "args", verbatim && args.kind === "sequence" ? listed : resolved);
  }
  const ssh = fieldOf(build, "ssh");
  if (ssh && !verbatim) result = withField(result, "ssh", sequenceNode(sequenceForm(ssh), ssh.span));
  return result;
}

function withImpliedDependencies(service: Mapping): Mapping {
  const implied = impliedDependencies(service);
  if (implied.length === 0) return service;
  const written = fieldOf(service, "depends_on");
  const entries = new Map<string, Entry>(written?.kind === "mapping" ? written.entries : []);
  for (const { name, restart, span } of implied) {
    if (entries.has(name)) continue;
    const fields = {
      condition: stringNode("service_started", span),
      restart: valueNode(restart, span),
      required: valueNode(true, span),
    };
    entries.set(name, { value: mappingNode(fields, span), key: span });
  }
  return withField(service, "depends_on", entriesNode(entries, written?.span ?? service.span));
}

function withDefaultNetwork(root: Mapping): Mapping {
  const networks = fieldOf(root, "networks");
  if (fieldOf(networks, "default")) return root;
  const used = fieldsOf(fieldOf(root, "services")).some(([, { value }]) =>
    fieldOf(fieldOf(value, "networks"), "default"),
  );
  if (!used) return root;
  const entries = new Map<string, Entry>(fieldsOf(networks));
  entries.set("default", { value: mappingNode({}), key: undefined });
  return withField(root, "networks", entriesNode(entries, networks?.span));
}

const nothing = valueNode(null);

function withNames(root: Mapping, section: string, { projectName }: NormaliseOptions): Mapping {
  const resources = fieldOf(root, section);
  if (resources?.kind !== "mapping") return root;
  const entries = new Map<string, Entry>();
  for (const [key, entry] of resources.entries) {
    const resource = entry.value.kind === "mapping" ? entry.value : mappingNode({}, entry.value.span);
    const external = fieldOf(resource, "external");
    const foreign = external?.kind === "scalar" && readBoolean(external.text) === true;
    const own = foreign ? key : `${projectName}_${key}`;
    const value = isNull(fieldOf(resource, "name") ?? nothing)
      ? withField(resource, "name", stringNode(own, entry.key))
      : resource;
    entries.set(key, { value, key: entry.key });
  }
  return withField(root, section, withEntries(resources, entries));
}
