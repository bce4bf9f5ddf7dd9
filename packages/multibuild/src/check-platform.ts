import { type Engine, inspectImage } from "@slipway/transport";
import { MultibuildError } from "./multibuild-error.ts";
import { normalizePlatform, runsNatively } from "./platform.ts";
import { registryCredentials, type RegistrySecrets } from "./registry-secrets.ts";

/**
 * Sees whether an image is there for a platform: on the engine, or by its registry's list, which the engine is asked for.
 * Where neither can be had, and for an image that is no list, nothing is said.
 *
 * @returns whether it is known to be
 * @throws {MultibuildError} `MULTIBUILD_NO_PLATFORM`
 */
export async function checkPlatform(
  engine: Engine,
  image: string,
  platform: string,
  secrets: RegistrySecrets,
): Promise<boolean> {
  const present = await inspectImage(engine, image);
  if (present && runsNatively(platform, nameOf({ os: present.Os, architecture: present.Architecture }))) return true;
  const known = (await listedPlatforms(engine, image, secrets)) ?? [];
  // An image that is not a list is taken for what it is, whatever it says that it is.
  if (known.some((one) => runsNatively(platform, one))) return true;
  if (known.length < 2) return false;
  throw new MultibuildError(
    "MULTIBUILD_NO_PLATFORM",
    `the image ${image} is not there for ${normalizePlatform(platform)}, but for ${known.join(", ")}`,
    { hint: "build for one of these, or name another image or tag" },
  );
}

async function listedPlatforms(engine: Engine, image: string, secrets: RegistrySecrets): Promise<string[] | undefined> {
  try {
    const known = registryCredentials(image, secrets);
    const authconfig = known && { username: known.username, password: known.password, serveraddress: known.registry };
    const answer: unknown = await engine.docker.getImage(image).distribution(authconfig ? { authconfig } : {});
    const { Platforms } = answer as { readonly Platforms?: readonly PlatformRecord[] | null };
    // Attestations are listed too, as of an unknown platform.
    return (Platforms ?? []).filter(({ os }) => os !== "unknown").map((record) => normalizePlatform(nameOf(record)));
  } catch {
    return undefined;
  }
}

function nameOf({ os, architecture, variant = "" }: PlatformRecord): string {
  return [os, architecture, variant].filter((part) => part !== "").join("/");
}

interface PlatformRecord {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string | undefined;
}
