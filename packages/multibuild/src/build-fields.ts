import type { BuildOptions } from "@slipway/build";
import type { Secret, Service } from "@slipway/compose";
import type { Problem } from "@slipway/errors";
import type { MultibuildErrorCode } from "./multibuild-error.ts";

type Build = NonNullable<Service["build"]>;
type Options = { -readonly [Key in keyof BuildOptions]?: BuildOptions[Key] };

/** Where a build finds a secret of the composition. */
type SecretSource = { readonly file: string } | { readonly env: string };

/** How each field of a service's `build` reaches the build; undefined for those that the task itself has. */
const fields: Readonly<Record<string, ((options: Options, value: unknown) => void) | undefined>> = {
  context: undefined,
  dockerfile: undefined,
  dockerfile_inline: undefined,
  args: undefined,
  labels: undefined,
  platforms: undefined,
  secrets: undefined,
  target: (options, value) => (options.target = value as string),
  cache_from: (options, value) => (options.cacheFrom = value as string[]),
  extra_hosts: (options, value) => (options.extraHosts = hostList(value)),
  network: (options, value) => (options.networkMode = value as string),
  shm_size: (options, value) => (options.shmSize = Number(value)),
  no_cache: (options, value) => (options.noCache = value as boolean),
  pull: (options, value) => (options.pull = value as boolean),
  tags: (options, value) => (options.tags = value as string[]),
};

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
    if (Object.hasOwn(fields, field)) fields[field]?.(options, value);
    else {
      problems.push({
        code: "MULTIBUILD_UNSUPPORTED",
        message: `service ${service}: \`build.${field}\` is not supported`,
        hint: "take it out, or build this service by other means",
        path: `services.${service}.build.${field}`,
      });
    }
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
  wanted: readonly { readonly source: string }[],
  secrets: Readonly<Record<string, Secret>>,
  problems: Problem<MultibuildErrorCode>[],
): Record<string, SecretSource> {
  const sources: Record<string, SecretSource> = {};
  for (const { source } of wanted) {
    const secret = Object.hasOwn(secrets, source) ? secrets[source] : undefined;
    if (secret?.file !== undefined) sources[source] = { file: secret.file };
    else if (secret?.environment !== undefined) sources[source] = { env: secret.environment };
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
