import type Dockerode from "dockerode";
import { ask } from "../ask.ts";
import type { Engine } from "../engine.ts";
import { engineError } from "../engine-error.ts";
import { parseReference } from "../reference.ts";
import { TransportError } from "../transport-error.ts";

/**
 * Gives an image another name; `latest` where the name has no tag.
 * @throws TransportError TRANSPORT_BAD_REFERENCE, TRANSPORT_NOT_FOUND
 */
export async function tagImage(handle: Engine | Dockerode, image: string, name: string): Promise<void> {
  const { domain, path, tag = "latest", digest } = parseReference(name);
  if (digest) {
    throw new TransportError("TRANSPORT_BAD_REFERENCE", `an image cannot be named \`${name}\`: it has a digest`, {
      hint: "a digest is found out and not given; leave it out",
    });
  }
  try {
    await ask(handle, {
      path: `/images/${encodeURI(image)}/tag`,
      method: "POST",
      query: { repo: `${domain}/${path}`, tag },
    });
  } catch (error) {
    throw engineError(error, `naming image ${image} ${name}`);
  }
}
