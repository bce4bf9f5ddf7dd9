import { type Dockerode, type Engine, inspectImage, pushImage, removeImage, tagImage } from "@slipway/transport";
import type { PullProgress } from "@slipway/transport";
import type { Api } from "./api.ts";
import { ReleaseError } from "./release-error.ts";
import { registryToken } from "./registry-token.ts";

/** An image as it is in the registry. */
export interface PushedImage {
  /** The manifest's: `sha256:…`. */
  readonly digest: string;
  /** On the engine, in bytes. */
  readonly size: number;
}

/** Pushes an image of the engine to a place of the API's registry; the name for it is taken off the engine afterwards. */
export async function pushService(
  api: Api,
  engine: Engine | Dockerode,
  image: string,
  location: string,
  options: { readonly signal?: AbortSignal | undefined; readonly onProgress: (progress: PullProgress) => void },
): Promise<PushedImage> {
  const { signal, onProgress } = options;
  const name = `${location}:latest`;
  const registrytoken = await registryToken(api, location);
  const serveraddress = location.slice(0, location.indexOf("/"));
  const { Size: size } = (await inspectImage(engine, image)) ?? missing(image);
  await tagImage(engine, image, name);
  try {
    const { digest } = await pushImage(engine, name, { auth: { registrytoken, serveraddress }, signal, onProgress });
    if (!digest)
      throw new ReleaseError("RELEASE_PUSH_FAILED", `${location}: the engine tells no digest of what it pushed`);
    return { digest, size };
  } finally {
    await removeImage(engine, name).catch(() => undefined);
  }
}

function missing(image: string): never {
  throw new ReleaseError("RELEASE_PUSH_FAILED", `the engine has no image ${image} any more`, {
    hint: "something removed it after it was built; deploy again",
  });
}
