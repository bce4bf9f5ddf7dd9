import { type Engine, inspectImage, pullImage, type PullProgress } from "@slipway/transport";
import { normalizePlatform } from "./platform.ts";
import { registryCredentials, type RegistrySecrets } from "./registry-secrets.ts";

/** An image to be had. */
export interface WantedImage {
  readonly name: string;
  readonly platform: string | undefined;
  /** Of these, the registry is given its own. */
  readonly secrets: RegistrySecrets;
  /** Also where the engine has it already. */
  readonly always: boolean;
}

/**
 * Has an image from its registry, unless the engine has it. Tried once: whoever calls knows what is worth another attempt.
 *
 * @returns its id
 * @throws {TransportError} `TRANSPORT_PULL_FAILED`; the signal's reason
 */
export async function pullWanted(
  engine: Engine,
  { name, platform, secrets, always }: WantedImage,
  { onProgress, signal }: { onProgress?: ((progress: PullProgress) => void) | undefined; signal: AbortSignal },
): Promise<string> {
  const present = always ? undefined : await inspectImage(engine, name);
  if (present && suits(present, platform)) return present.Id;
  const known = registryCredentials(name, secrets);
  await pullImage(engine, name, {
    platform,
    // Without any, docker's own configuration is asked.
    auth: known && { username: known.username, password: known.password, serveraddress: known.registry },
    retries: 0,
    signal,
    onProgress,
  });
  return (await inspectImage(engine, name))?.Id ?? name;
}

/** Whether an image is for the platform. A variant, as in `linux/arm/v7`, isn't known of every image. */
function suits(image: { Os: string; Architecture: string }, platform: string | undefined): boolean {
  if (platform === undefined) return true;
  const [os, architecture] = normalizePlatform(platform).split("/");
  return image.Os === os && (architecture === undefined || image.Architecture === architecture);
}
