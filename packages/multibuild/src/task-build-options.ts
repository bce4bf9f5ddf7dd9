import type { BuildOptions, RegistryAuthSource, RegistryCredentials } from "@slipway/build";
import { isSlipwayError } from "@slipway/errors";
import { touchedImages } from "./base-images.ts";
import type { BuildTask } from "./build-task.ts";
import type { PerformBuildsOptions } from "./perform-builds-options.ts";
import { canonicalHubUrl, registryCredentials, type RegistrySecrets } from "./registry-secrets.ts";
import { secretValues } from "./secret-mounts.ts";

/** What the build arguments of a task are: the composition's, over them the metadata's, over them those of the call. */
export function buildArgsOf(task: BuildTask, options: Pick<PerformBuildsOptions, "buildArgs">): Record<string, string> {
  return {
    ...task.dockerOpts?.buildArgs,
    ...task.args,
    ...task.buildMetadata?.variablesOf(task.serviceName),
    ...options.buildArgs,
  };
}

/** How a task is built. A secret goes to builds that name it, credentials to those that touch their registry. */
export function taskBuildOptions(
  task: BuildTask,
  options: PerformBuildsOptions & { readonly signal: AbortSignal },
): BuildOptions {
  const { pull, noCache, builder, buildOptions, signal } = options;
  const { tags = [], ...own } = { ...task.dockerOpts, ...buildOptions };
  const buildArgs = buildArgsOf(task, options);
  const secrets = task.buildMetadata?.secretsOf(task.serviceName) ?? [];
  const registryAuth = credentialsFor(
    [...touchedImages(task, buildArgs).map(({ image }) => image), ...(own.cacheFrom ?? [])],
    registrySecretsOf(task, options),
  );
  return {
    ...own,
    secrets: { ...task.dockerOpts?.secrets, ...secretValues(secrets), ...buildOptions?.secrets },
    ...(Object.keys(registryAuth).length > 0 ? { registryAuth: withFallback(registryAuth, own.registryAuth) } : {}),
    dockerfile: task.dockerfilePath,
    tags: task.tag === undefined ? tags : [task.tag, ...tags],
    buildArgs,
    labels: { ...own.labels, ...task.labels },
    platform: task.dockerPlatform ?? own.platform,
    noCache: noCache ?? own.noCache,
    pull: pull ?? own.pull,
    builder: builder ?? own.builder,
    signal,
  };
}

/** The credentials that a task may need: those of the call go before those of the project. */
export function registrySecretsOf(
  task: BuildTask,
  { registrySecrets }: Pick<PerformBuildsOptions, "registrySecrets">,
): RegistrySecrets {
  return { ...task.buildMetadata?.registrySecrets, ...registrySecrets };
}

/** Credentials by registry; for those that have none here, what the other source says. */
function withFallback(
  known: Readonly<Record<string, RegistryCredentials>>,
  other: RegistryAuthSource | undefined,
): RegistryAuthSource {
  if (typeof other !== "function") return { ...other, ...known };
  return (registry) => known[registry] ?? other(registry);
}

function credentialsFor(images: readonly string[], secrets: RegistrySecrets): Record<string, RegistryCredentials> {
  const found: Record<string, RegistryCredentials> = {};
  for (const image of images) {
    const known = credentialsOf(image, secrets);
    if (!known) continue;
    const { registry, ...credentials } = known;
    found[registry] = credentials;
    // The classic builder has a name of its own for Docker Hub.
    if (registry === "docker.io") found[canonicalHubUrl] = credentials;
  }
  return found;
}

function credentialsOf(image: string, secrets: RegistrySecrets): ReturnType<typeof registryCredentials> {
  try {
    return registryCredentials(image, secrets);
  } catch (error) {
    // A name that is none is the build's to tell of.
    if (isSlipwayError(error)) return undefined;
    throw error;
  }
}
