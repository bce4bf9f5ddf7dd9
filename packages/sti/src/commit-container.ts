import { engineError } from "@slipway/transport";
import type { BuildContext } from "./build-context.ts";
import type { ScriptContainer } from "./container.ts";
import { StiError } from "./sti-error.ts";

/**
 * Makes an image of a container.
 * @param name the image's name, if it is to have one
 * @param changes Dockerfile instructions for the image's configuration
 * @returns its id
 * @throws StiError STI_COMMIT_CONTAINER_FAILED
 */
export async function commitContainer(
  { engine, request }: BuildContext,
  { id }: ScriptContainer,
  name?: string,
  changes: readonly string[] = [],
): Promise<string> {
  const [repo, tag] = name?.split(":") ?? [];
  const query = { container: id, changes, pause: false, ...(repo && tag ? { repo, tag } : {}) };
  try {
    request.signal?.throwIfAborted();
    const committed = (await engine.docker.getContainer(id).commit({ _query: query, _body: {} } as object)) as {
      readonly Id: string;
    };
    return committed.Id;
  } catch (cause) {
    request.signal?.throwIfAborted();
    const { message } = engineError(cause, "committing the container") as Error;
    throw new StiError("STI_COMMIT_CONTAINER_FAILED", message, { cause });
  }
}
