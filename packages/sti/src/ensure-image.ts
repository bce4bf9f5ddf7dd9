import {
  type Engine,
  type ImageInspect,
  inspectImage,
  parseReference,
  pullImage,
  type RegistryAuth,
} from "@slipway/transport";
import type { Request } from "./request.ts";
import { StiError } from "./sti-error.ts";
import type { Emit } from "./sti-event.ts";

/** Which of a request's images is meant. */
export type ImageRole = "base" | "runtime";

const noSuch = { base: "STI_NO_SUCH_BASE_IMAGE", runtime: "STI_NO_SUCH_RUNTIME_IMAGE" } as const;
const names = { base: "builder", runtime: "runtime" } as const;

/**
 * An image of a request, pulled if need be.
 * @throws StiError STI_NO_SUCH_BASE_IMAGE, STI_NO_SUCH_RUNTIME_IMAGE, STI_PULL_IMAGE_FAILED
 */
export async function ensureImage(
  engine: Engine,
  reference: string,
  role: ImageRole,
  request: Request,
  emit: Emit,
): Promise<ImageInspect> {
  const { pull = "missing", signal, platform } = request;
  signal?.throwIfAborted();
  const present = await inspectImage(engine, reference);
  const isId = /^(?:sha256:)?[0-9a-f]{64}$/.test(reference);
  const fits = present && (platform === undefined || platformMatches(present, platform));
  if (fits && (pull !== "always" || isId)) return present;
  if (pull === "never" || isId) {
    const what = present ? `is for ${platformOf(present)}, not ${platform}` : "is not on the engine";
    throw new StiError(noSuch[role], `${names[role]} image ${reference} ${what}`, {
      image: reference,
      hint: pull === "never" ? "pull it first, or let it be pulled" : "name an image that the engine has",
    });
  }
  await pullIt(engine, reference, role, request, emit);
  const pulled = await inspectImage(engine, reference);
  if (pulled) return pulled;
  throw new StiError(noSuch[role], `${names[role]} image ${reference} is not there after it was pulled`, {
    image: reference,
    hint: "does another process remove images?",
  });
}

async function pullIt(
  engine: Engine,
  image: string,
  role: ImageRole,
  { signal, platform, registryAuth }: Request,
  emit: Emit,
): Promise<void> {
  emit({ type: "pull", image, status: "pulling" });
  try {
    const auth = registryAuth && (await credentials(registryAuth, image));
    await pullImage(engine, image, {
      platform,
      signal,
      ...(auth ? { auth } : {}),
      onProgress: ({ status, overall }) => emit({ type: "pull", image, status, percent: overall?.percent }),
    });
  } catch (cause) {
    signal?.throwIfAborted();
    const text = (cause as Error).message;
    const code = (cause as { code?: string }).code;
    const unknown = code === "TRANSPORT_NOT_FOUND" || code === "TRANSPORT_BAD_REFERENCE" || unknownImage.test(text);
    throw new StiError(unknown ? noSuch[role] : "STI_PULL_IMAGE_FAILED", text, {
      cause,
      image,
      hint: (cause as { hint?: string }).hint ?? `is \`${image}\` the ${names[role]} image's name?`,
    });
  }
}

const unknownImage = /not found|manifest unknown|does not exist|no such image|no matching manifest/i;

async function credentials(
  source: NonNullable<Request["registryAuth"]>,
  image: string,
): Promise<RegistryAuth | undefined> {
  const { domain } = parseReference(image);
  const found = typeof source === "function" ? await source(domain) : source[domain];
  const serveraddress = domain === "docker.io" ? "https://index.docker.io/v1/" : domain;
  return found && { ...found, serveraddress };
}

function platformOf(image: ImageInspect): string {
  const variant = (image as { Variant?: string }).Variant;
  return [image.Os, image.Architecture, ...(variant ? [variant] : [])].join("/");
}

function platformMatches(image: ImageInspect, platform: string): boolean {
  const [os, architecture, variant] = platform.split("/");
  const own = (image as { Variant?: string }).Variant;
  return image.Os === os && image.Architecture === architecture && (!variant || !own || own === variant);
}
