import type Dockerode from "dockerode";
import type { Engine } from "../engine.ts";
import { parseReference } from "../reference.ts";
import { type RegistryAuth, registryAuthFor } from "../registry-auth.ts";
import { toEngine } from "../to-engine.ts";
import { authHeader } from "./auth-header.ts";
import type { PullProgress } from "./transfer-progress.ts";
import { transfer } from "./transfer.ts";

/** How to exchange an image with its registry. */
export interface TransferOptions {
  /** Credentials; without any, those that docker's own configuration has for the registry. */
  readonly auth?: RegistryAuth | undefined;
  /** How often to try again after a fault of the network between engine and registry. Default: 3. */
  readonly retries?: number | undefined;
  readonly onProgress?: ((progress: PullProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How to pull. */
export interface PullOptions extends TransferOptions {
  /** `os/architecture[/variant]`; the engine's own without. */
  readonly platform?: string | undefined;
}

/**
 * Pulls an image, `latest` where its name has neither tag nor digest.
 * @throws TransportError TRANSPORT_PULL_FAILED, also for what the engine reports inside its stream
 */
export async function pullImage(
  handle: Engine | Dockerode,
  reference: string,
  options: PullOptions = {},
): Promise<{ digest: string | undefined }> {
  const { signal, onProgress, platform, retries = 3 } = options;
  const { domain, path, tag, digest } = parseReference(reference);
  const auth = options.auth ?? (await registryAuthFor(domain, process.env, { signal }));
  let pulled = digest;
  await transfer(toEngine(handle), {
    request: {
      path: "/images/create",
      method: "POST",
      query: { fromImage: `${domain}/${path}`, tag: digest ?? tag ?? "latest", platform },
      headers: authHeader(auth),
      signal,
    },
    doing: `pulling ${reference}`,
    code: "TRANSPORT_PULL_FAILED",
    retries,
    onProgress,
    onRecord: ({ status }) => {
      pulled = /^Digest: (\S+)/.exec(String(status))?.[1] ?? pulled;
    },
  });
  return { digest: pulled };
}
