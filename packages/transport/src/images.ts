import type Dockerode from "dockerode";
import { registryAuthFor, type RegistryAuth } from "./registry-auth.ts";
import type { Engine } from "./engine.ts";
import { engineError } from "./engine-error.ts";
import { readRecords } from "./read-records.ts";
import { parseReference } from "./reference.ts";
import { toEngine } from "./to-engine.ts";
import { TransportError } from "./transport-error.ts";

/** What the engine knows of an image. */
export type ImageInspect = Dockerode.ImageInspectInfo;

/** An image by name or id, or undefined where the engine doesn't have it. */
export async function inspectImage(handle: Engine | Dockerode, reference: string): Promise<ImageInspect | undefined> {
  try {
    return await toEngine(handle).docker.getImage(reference).inspect();
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined;
    throw engineError(error, `inspecting image ${reference}`);
  }
}

/** Progress of a pull: what the engine says of one layer, or of the image where `layer` is missing. */
export interface PullProgress {
  readonly layer?: string | undefined;
  readonly status: string;
  /** Bytes. */
  readonly current?: number | undefined;
  readonly total?: number | undefined;
}

/** How to pull. */
export interface PullOptions {
  /** Credentials; without any, those that docker's own configuration has for the registry. */
  readonly auth?: RegistryAuth | undefined;
  readonly platform?: string | undefined;
  readonly onProgress?: ((progress: PullProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Pulls an image.
 * @throws TransportError TRANSPORT_PULL_FAILED, also for what the engine reports inside its stream
 */
export async function pullImage(
  handle: Engine | Dockerode,
  reference: string,
  options: PullOptions = {},
): Promise<void> {
  const { signal, onProgress } = options;
  const parsed = parseReference(reference);
  const auth = options.auth ?? (await registryAuthFor(parsed.domain));
  const name = parsed.tag || parsed.digest ? reference : `${reference}:latest`;
  try {
    signal?.throwIfAborted();
    const stream = (await toEngine(handle).docker.pull(name, {
      ...(auth ? { authconfig: auth } : {}),
      ...(options.platform ? { platform: options.platform } : {}),
      ...(signal ? { abortSignal: signal } : {}),
    })) as NodeJS.ReadableStream;
    for await (const record of readRecords(stream)) {
      const { error, id, status, progressDetail } = record as {
        error?: string;
        id?: string;
        status?: string;
        progressDetail?: { current?: number; total?: number };
      };
      if (error)
        throw new TransportError("TRANSPORT_PULL_FAILED", `pulling ${reference}: ${error}`, { hint: pullHint(error) });
      if (status) onProgress?.({ layer: id, status, ...progressDetail });
    }
  } catch (error) {
    signal?.throwIfAborted();
    const known = engineError(error, `pulling ${reference}`);
    if (!(known instanceof TransportError) || known.code === "TRANSPORT_PULL_FAILED") throw known;
    throw new TransportError("TRANSPORT_PULL_FAILED", known.message, { cause: error, hint: pullHint(known.message) });
  }
}

function pullHint(text: string): string | undefined {
  if (/denied|unauthorized|authentication/i.test(text))
    return "check the name, and log in with `docker login` if it is private";
  if (/not found|unknown|no matching manifest/i.test(text)) return "check the name, the tag and the platform";
  if (/dial tcp|no such host|timeout|refused|TLS/i.test(text)) return "the engine cannot reach the registry";
  return undefined;
}
