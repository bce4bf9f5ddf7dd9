import type { Backend } from "./backend/backend.ts";
import type { OperationOptions } from "./backend/operation-options.ts";
import { ContainersError } from "./containers-error.ts";
import { availableBackends, newBackend } from "./new-backend.ts";

/**
 * The first backend that answers. An engine that the environment names (DOCKER_HOST, a context of docker's) is the one
 * that is meant: where it doesn't answer, no other is taken instead.
 * @throws ContainersError CONTAINERS_BACKEND_NOT_AVAILABLE with what was tried
 */
export async function findBackend(
  options: OperationOptions & { readonly environment?: Readonly<Record<string, string | undefined>> | undefined } = {},
): Promise<Backend> {
  const { environment = process.env, signal } = options;
  const failures: Error[] = [];
  for (const type of availableBackends()) {
    try {
      return await newBackend({ type, environment }, { signal });
    } catch (error) {
      signal?.throwIfAborted();
      failures.push(error as Error);
      if (type === "docker" && environment["DOCKER_HOST"]) break;
    }
  }
  const tried = failures.map(({ message }) => `  ${message.replaceAll("\n", "\n  ")}`).join("\n");
  throw new ContainersError("CONTAINERS_BACKEND_NOT_AVAILABLE", `nothing runs containers here; tried\n${tried}`, {
    hint: "start Docker Engine, podman or containerd, or set DOCKER_HOST to an engine elsewhere",
    cause: failures[0],
  });
}
