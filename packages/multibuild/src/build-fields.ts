import { lstatSync } from "node:fs";
import type { BuildOptions, SshSource } from "@slipway/build";
import type { FileMount, Secret, Service } from "@slipway/compose";
import type { Problem } from "@slipway/errors";
import type { MultibuildErrorCode } from "./multibuild-error.ts";

type Build = NonNullable<Service["build"]>;
type Options = { -readonly [Key in keyof BuildOptions]?: BuildOptions[Key] };

/** Where a build finds a secret of the composition. */
type SecretSource = { readonly file: string } | { readonly env: string };

/** Sets an option; what it returns is why the value cannot be honoured. */
type Field = (options: Options, value: unknown) => string | void;

const taskHasIt: Field = () => undefined;

/** How each field of a service's `build` reaches the build. */
const fields: Readonly<Record<string, Field>> = {
  context: taskHasIt,
  dockerfile: taskHasIt,
  dockerfile_inline: taskHasIt,
  args: taskHasIt,
  labels: taskHasIt,
  platforms: taskHasIt,
  secrets: taskHasIt,
  additional_contexts: taskHasIt,
  target: (options, value) => void (options.target = value as string),
  cache_from: (options, value) => void (options.cacheFrom = value as string[]),
  cache_to: (options, value) => void (options.cacheTo = value as string[]),
  extra_hosts: (options, value) => void (options.extraHosts = hostList(value)),
  network: (options, value) => void (options.networkMode = value as string),
  shm_size: (options, value) => void (options.shmSize = Number(value)),
  ulimits: (options, value) => void (options.ulimits = value as NonNullable<BuildOptions["ulimits"]>),
  ssh: (options, value) => void (options.ssh = Object.fromEntries((value as string[]).map(sshSource))),
  no_cache: (options, value) => void (options.noCache = value as boolean),
  pull: (options, value) => void (options.pull = value as boolean),
  tags: (options, value) => void (options.tags = value as string[]),
  // What an engine's own builders allow anyway.
  entitlements: (_, value) => {
    const others = (value as string[]).filter((name) => name !== "network.host");
    return others.length > 0 ? `engines' own builders cannot grant ${others.join(", ")}` : undefined;
  },
  isolation: (_, value) =>
    value === "default" ? undefined : `no engine of Linux has the isolation \`${String(value)}\``,
  privileged: () => "engines' own builders run no step with privileges",
  no_cache_filter: () => "engines' own builders take the cache for all stages or for none",
  provenance: (_, value) => attestation(value),
  sbom: (_, value) => attestation(value),
};

/** The fields that the options of a build come from, for messages about these. */
export const fieldOfOption: Readonly<Record<string, string>> = {
  dockerfile: "dockerfile",
  buildArgs: "args",
  labels: "labels",
  platform: "platforms",
  secrets: "secrets",
  target: "target",
  cacheFrom: "cache_from",
  cacheTo: "cache_to",
  extraHosts: "extra_hosts",
  networkMode: "network",
  shmSize: "shm_size",
  ulimits: "ulimits",
  ssh: "ssh",
  noCache: "no_cache",
  pull: "pull",
  tags: "tags",
};

function attestation(value: unknown): string | undefined {
  return value === "false" ? undefined : "engines keep images without attestations";
}

/** The options that a service's `build` gives. Fields that would not be honoured are added to `problems`. */
export function buildOptionsOf(
  service: string,
  build: Build,
  secrets: Readonly<Record<string, Secret>>,
  problems: Problem<MultibuildErrorCode>[],
): BuildOptions & { platforms: readonly string[] } {
  const options: Options = {};
  for (const [field, value] of Object.entries<unknown>({ ...build })) {
    if (isUnset(value) || field.startsWith("x-")) continue;
    const why = Object.hasOwn(fields, field) ? fields[field]?.(options, value) : "it is not known";
    if (why === undefined) continue;
    problems.push({
      code: "MULTIBUILD_UNSUPPORTED",
      message: `service ${service}: \`build.${field}\` cannot be honoured: ${why}`,
      hint: "take it out, or build this service by other means",
      path: `services.${service}.build.${field}`,
    });
  }
  const platforms = (build as { platforms?: readonly string[] }).platforms ?? [];
  if (platforms.length > 1) {
    problems.push({
      code: "MULTIBUILD_UNSUPPORTED",
      message: `service ${service} is to be built for ${platforms.length} platforms, and an image for several is not supported`,
      hint: "name one platform",
      path: `services.${service}.build.platforms`,
    });
  }
  const sources = secretSources(service, build.secrets ?? [], secrets, problems);
  return { ...options, ...(Object.keys(sources).length > 0 ? { secrets: sources } : {}), platforms };
}

function isUnset(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** `default` is the agent of the environment; `id=path` one at that socket, or else the private key of that file. */
function sshSource(entry: string): [id: string, source: SshSource] {
  const at = entry.indexOf("=");
  if (at < 0) return [entry, "agent"];
  const paths = entry.slice(at + 1).split(",");
  const [only = ""] = paths;
  const isSocket = paths.length === 1 && lstatSync(only, { throwIfNoEntry: false })?.isSocket();
  return [entry.slice(0, at), isSocket ? { socket: only } : { keys: paths }];
}

/** In compose `host=address` or a map, for the engine `host:address`. */
function hostList(value: unknown): string[] {
  if (Array.isArray(value)) return value.map((entry) => String(entry).replace("=", ":"));
  return Object.entries(value as Record<string, string | readonly string[]>).flatMap(([host, addresses]) =>
    [addresses].flat().map((address) => `${host}:${address}`),
  );
}

/** The secrets that the Dockerfile's own mounts ask for, by id. */
function secretSources(
  service: string,
  wanted: readonly Pick<FileMount, "source" | "target">[],
  secrets: Readonly<Record<string, Secret>>,
  problems: Problem<MultibuildErrorCode>[],
): Record<string, SecretSource> {
  const sources: Record<string, SecretSource> = {};
  for (const { source, target: id = source } of wanted) {
    const secret = Object.hasOwn(secrets, source) ? secrets[source] : undefined;
    if (secret?.file !== undefined) sources[id] = { file: secret.file };
    else if (secret?.environment !== undefined) sources[id] = { env: secret.environment };
    else {
      problems.push({
        code: "MULTIBUILD_UNSUPPORTED",
        message: `service ${service}: the build secret \`${source}\` is neither a file nor a variable of the environment`,
        hint: `give \`secrets.${source}\` a \`file\` or an \`environment\``,
        path: `services.${service}.build.secrets`,
      });
    }
  }
  return sources;
}
