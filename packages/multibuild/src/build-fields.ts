import type { BuildOptions } from "@slipway/build";
import type { Service } from "@slipway/compose";
import type { Problem } from "@slipway/errors";
import type { MultibuildErrorCode } from "./multibuild-error.ts";

type Build = NonNullable<Service["build"]>;
type Options = { -readonly [Key in keyof BuildOptions]?: BuildOptions[Key] };

/** How each field of a service's `build` reaches the build; undefined for those that the task itself has. */
const fields: Readonly<Record<string, ((options: Options, value: unknown) => void) | undefined>> = {
  context: undefined,
  dockerfile: undefined,
  dockerfile_inline: undefined,
  args: undefined,
  labels: undefined,
  platforms: undefined,
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
  return { ...options, platforms };
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
