import { didYouMean, type Problem } from "@slipway/errors";
import type { ComposeErrorCode } from "./compose-error.ts";
import { joinPath } from "./paths.ts";
import type { Project, ReadFields, ReadService, Service } from "./project.ts";
import type { YamlNode } from "./yaml-node.ts";

/** What normalising depends on. */
export interface NormaliseOptions {
  /** Paths become absolute below this folder; they stay as written without. */
  readonly directory: string | undefined;
  readonly home: string | undefined;
  readonly profiles: readonly string[];
  /** The merged document, for the places of problems. */
  readonly document: YamlNode | undefined;
}

/** Settles a project: profiles, defaults, names, paths, and that everything that is referred to is there. */
export function normalise(
  name: string,
  read: ReadFields,
  options: NormaliseOptions,
  problems: Problem<ComposeErrorCode>[],
): Project {
  const services = Object.fromEntries(
    Object.entries(read.services)
      .filter(([, service]) => isActive(service, options.profiles))
      .map(([key, service]) => [key, settle(service, options)]),
  );
  checkServices(read, services, options, problems);
  const usesDefault = Object.values(services).some((service) => Object.hasOwn(service.networks, "default"));
  const networks = usesDefault ? { ...read.networks, default: read.networks["default"] ?? {} } : read.networks;
  return {
    name,
    services,
    networks: named(name, networks),
    volumes: named(name, read.volumes),
  };
}

function isActive(service: ReadService, profiles: readonly string[]): boolean {
  const own = service.profiles ?? [];
  return own.length === 0 || profiles.includes("*") || own.some((profile) => profiles.includes(profile));
}

function settle(read: ReadService, { directory, home }: NormaliseOptions): Service {
  const path = (written: string): string => {
    if (directory === undefined) return written;
    return written.startsWith("~") && home ? home + written.slice(1) : joinPath(directory, written);
  };
  const { build, develop, env_file: _, ...service } = read;
  const context = build?.context ?? ".";
  const isRemote = /^(?:https?|git|ssh):|^git@/.test(context);
  return {
    ...service,
    ...(build ? { build: { ...build, context: isRemote ? context : path(context) } } : {}),
    ...(develop
      ? {
          develop: {
            ...develop,
            watch: develop.watch?.map((rule) => ({ ...rule, path: path(rule.path ?? ".") })) ?? [],
          },
        }
      : {}),
    environment: service.environment ?? {},
    ports: service.ports ?? [],
    volumes: (service.volumes ?? []).map((volume) =>
      volume.type === "bind" && volume.source ? { ...volume, source: path(volume.source) } : volume,
    ),
    networks: service.networks ?? (service.network_mode ? {} : { default: null }),
    depends_on: service.depends_on ?? {},
    labels: service.labels ?? {},
  };
}

function named<T extends { name?: string; external?: boolean }>(
  project: string,
  resources: Readonly<Record<string, T>>,
): Record<string, T & { name: string }> {
  return Object.fromEntries(
    Object.entries(resources).map(([key, resource]) => [
      key,
      { ...resource, name: resource.name ?? (resource.external ? key : `${project}_${key}`) },
    ]),
  );
}

function checkServices(
  read: ReadFields,
  services: Readonly<Record<string, Service>>,
  { document }: NormaliseOptions,
  problems: Problem<ComposeErrorCode>[],
): void {
  const add = (code: ComposeErrorCode, path: string[], message: string, hint?: string): void => {
    const range = placeOf(document, path);
    problems.push({ code, message, path: path.join("."), ...(hint ? { hint } : {}), ...(range ? { range } : {}) });
  };
  const suggest = (name: string, known: readonly string[]): string => {
    const near = didYouMean(name, known);
    return near ? `did you mean \`${near}\`?` : known.length > 0 ? `there are ${known.join(", ")}` : "there are none";
  };
  for (const [name, service] of Object.entries(services)) {
    const at = ["services", name];
    if (!service.image && !service.build) {
      add(
        "COMPOSE_MISSING_FIELD",
        at,
        `service \`${name}\` has neither \`image\` nor \`build\``,
        "give it one of the two",
      );
    }
    if (service.build?.dockerfile && service.build.dockerfile_inline !== undefined) {
      add(
        "COMPOSE_BAD_VALUE",
        [...at, "build"],
        `service \`${name}\` has both \`dockerfile\` and \`dockerfile_inline\``,
        "keep one",
      );
    }
    if (service.network_mode && Object.keys(service.networks).length > 0) {
      add(
        "COMPOSE_BAD_VALUE",
        [...at, "network_mode"],
        `service \`${name}\` has both \`network_mode\` and \`networks\``,
        "keep one",
      );
    }
    for (const [needed, { required }] of Object.entries(service.depends_on)) {
      if (Object.hasOwn(services, needed) || (!required && !Object.hasOwn(read.services, needed))) continue;
      const inactive = Object.hasOwn(read.services, needed);
      if (inactive && !required) continue;
      const message = inactive
        ? `service \`${name}\` depends on \`${needed}\`, whose profile is not switched on`
        : `service \`${name}\` depends on \`${needed}\`, which is not a service`;
      const hint = inactive
        ? `switch on ${read.services[needed]?.profiles?.join(" or ")}`
        : suggest(needed, Object.keys(read.services));
      add("COMPOSE_UNKNOWN_REFERENCE", [...at, "depends_on", needed], message, hint);
    }
    for (const network of Object.keys(service.networks)) {
      if (network === "default" || Object.hasOwn(read.networks, network)) continue;
      const hint = `declare it below the top \`networks:\`; ${suggest(network, Object.keys(read.networks))}`;
      add(
        "COMPOSE_UNKNOWN_REFERENCE",
        [...at, "networks", network],
        `service \`${name}\` uses the network \`${network}\`, which is not declared`,
        hint,
      );
    }
    for (const volume of service.volumes) {
      if (volume.type !== "volume" || !volume.source || Object.hasOwn(read.volumes, volume.source)) continue;
      const hint = `declare it below the top \`volumes:\`; ${suggest(volume.source, Object.keys(read.volumes))}`;
      add(
        "COMPOSE_UNKNOWN_REFERENCE",
        [...at, "volumes"],
        `service \`${name}\` uses the volume \`${volume.source}\`, which is not declared`,
        hint,
      );
    }
  }
}

/** The place of a path in a document, or of as much of it as there is. */
function placeOf(document: YamlNode | undefined, path: readonly string[]): YamlNode["range"] {
  let node = document;
  let range: YamlNode["range"];
  for (const key of path) {
    if (node?.kind === "list") {
      const item = node.items.find((child) => child.kind === "scalar" && child.text === key);
      return item?.range ?? range;
    }
    const entry = node?.kind === "map" ? node.entries.get(key) : undefined;
    if (!entry) return range;
    range = entry.keyRange ?? range;
    node = entry.value;
  }
  return range;
}
