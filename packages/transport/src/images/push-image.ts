import type Dockerode from "dockerode";
import type { Engine } from "../engine.ts";
import { parseReference } from "../reference.ts";
import { registryAuthFor } from "../registry-auth.ts";
import { toEngine } from "../to-engine.ts";
import { TransportError } from "../transport-error.ts";
import { authHeader } from "./auth-header.ts";
import type { TransferOptions } from "./pull-image.ts";
import { transfer } from "./transfer.ts";

/**
 * Pushes an image that the engine has by this name to the registry that the name says; `latest` without a tag.
 * @returns the digest that the registry has it by, where the engine tells
 * @throws TransportError TRANSPORT_PUSH_FAILED, also for what the engine reports inside its stream
 */
export async function pushImage(
  handle: Engine | Dockerode,
  reference: string,
  options: TransferOptions = {},
): Promise<{ digest: string | undefined }> {
  const { signal, onProgress, retries = 3 } = options;
  const { domain, path, tag = "latest", digest } = parseReference(reference);
  if (digest) {
    throw new TransportError("TRANSPORT_BAD_REFERENCE", `\`${reference}\` cannot be pushed: it has a digest`, {
      hint: "push the image by a tag",
    });
  }
  const auth = options.auth ?? (await registryAuthFor(domain, process.env, { signal }));
  let pushed: string | undefined;
  await transfer(toEngine(handle), {
    request: {
      path: `/images/${domain}/${path}/push`,
      method: "POST",
      query: { tag },
      headers: authHeader(auth),
      signal,
    },
    doing: `pushing ${reference}`,
    code: "TRANSPORT_PUSH_FAILED",
    retries,
    onProgress,
    onRecord: ({ aux, status }) => {
      const told = (aux as { Digest?: string } | undefined)?.Digest;
      pushed = told ?? /digest: (sha256:\S+)/.exec(String(status))?.[1] ?? pushed;
    },
  });
  return { digest: pushed };
}
