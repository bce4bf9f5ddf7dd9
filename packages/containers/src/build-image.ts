import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { packEntries } from "@slipway/context";
import type { BuildRequest } from "./backend/build-request.ts";
import { contentHash } from "./content-hash.ts";
import { ContainersError } from "./containers-error.ts";
import type { ImageContext } from "./image.ts";
import type { ImageOptions } from "./image-options.ts";
import { withoutSession } from "./session.ts";

/** How much of the content's hash is in a tag. */
const tagLength = 16;

/**
 * Builds an image, unless what it would be made of has been built before.
 * @returns its name
 * @throws ContainersError CONTAINERS_IMAGE_BUILD; CONTAINERS_IMAGE_BUILD_DOCKERFILE where the
 * Dockerfile is at fault; CONTAINERS_NOT_SUPPORTED on an engine that doesn't build
 */
export async function buildImage(
  { backend, labels }: ImageContext,
  name: string,
  options: ImageOptions,
  fresh: boolean,
): Promise<string> {
  const { signal, directory, buildArgs = {}, target, platform, registryAuth, onBuild } = options;
  if (!backend.features.has("build")) {
    throw new ContainersError("CONTAINERS_NOT_SUPPORTED", `${backend.type} builds no images`, {
      hint: "build it with docker and push it to a registry, from which it can be pulled",
    });
  }
  const tagged = /:[^/]*$/.test(name);
  const textOnly = options.build === undefined && directory === undefined;
  const dockerfile = textOnly ? "Dockerfile" : (options.dockerfile ?? "Dockerfile");
  let archive = textOnly ? await buffer(justDockerfile(options.dockerfile ?? "")) : options.build;
  let built = name;
  try {
    if (options.contentTag ?? !tagged) {
      if (archive instanceof Readable) archive = await buffer(signal ? archive.compose(passing, { signal }) : archive);
      const source = directory === undefined ? { archive: archive as Buffer } : { directory };
      const hash = await contentHash(source, { dockerfile, buildArgs, target, platform }, signal);
      built = `${name}${tagged ? "-" : ":"}${hash.slice(0, tagLength)}`;
      if (!fresh && (await backend.inspectImage(built, { signal }))) return built;
    }
    const request: BuildRequest = {
      name: built,
      context: directory === undefined ? asStream(archive as Buffer | Readable) : { directory },
      dockerfile,
      // An image outlives the run that built it, for the next one to find.
      labels: withoutSession(labels),
      buildArgs,
      target,
      platform,
      fresh,
      auth: registryAuth,
      onStatus: onBuild,
      signal,
    };
    await backend.buildImage(request);
    return built;
  } catch (error) {
    signal?.throwIfAborted();
    const about = ["BUILD_BAD_DOCKERFILE", "BUILD_NO_DOCKERFILE"].includes((error as { code?: string }).code ?? "");
    const code = about ? "CONTAINERS_IMAGE_BUILD_DOCKERFILE" : "CONTAINERS_IMAGE_BUILD";
    throw ContainersError.from(error, code, `building ${name}`);
  }
}

async function* passing(source: AsyncIterable<unknown>): AsyncGenerator {
  yield* source;
}

function justDockerfile(text: string): Readable {
  async function* entries(): AsyncGenerator<{ header: { name: string; type: "file" }; body: string }> {
    yield { header: { name: "Dockerfile", type: "file" }, body: text };
  }
  return packEntries(entries());
}

function asStream(archive: Buffer | Readable): Readable {
  return Buffer.isBuffer(archive) ? Readable.from([archive]) : archive;
}
