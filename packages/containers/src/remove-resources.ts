import type { Backend, BackendResource, LabelFilter } from "./backend/backend.ts";
import type { OperationOptions } from "./backend/operation-options.ts";
import type { ContainerState } from "./backend/container-state.ts";

/** What of an engine is to be removed. */
export interface RemoveRequest extends OperationOptions {
  readonly labels: LabelFilter;
  readonly matches?: ((resource: BackendResource | ContainerState) => boolean) | undefined;
  /** Only tell what would be removed. */
  readonly dryRun?: boolean | undefined;
}

/** Ids of containers and networks, names of volumes. */
export interface RemovedResources {
  readonly containers: readonly string[];
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
}

/**
 * Removes containers, and then the networks and volumes that nothing uses any more. All are tried, whatever fails.
 * @throws the first failure
 */
export async function removeResources(backend: Backend, request: RemoveRequest): Promise<RemovedResources> {
  const { labels, matches = () => true, dryRun = false, signal } = request;
  const failures: unknown[] = [];
  const removeAll = async (
    found: readonly (BackendResource | ContainerState)[],
    remove: (id: string) => Promise<void>,
  ): Promise<string[]> => {
    const ids = found.filter(matches).map(({ id }) => id);
    if (dryRun) return ids;
    const results = await Promise.allSettled(ids.map(remove));
    failures.push(...results.filter((result) => result.status === "rejected").map(({ reason }) => reason as unknown));
    return ids.filter((_, index) => results[index]?.status === "fulfilled");
  };
  const containers = await removeAll(await backend.listContainers(labels, { signal }), (id) =>
    backend.removeContainer(id, { signal }),
  );
  const networks = backend.features.has("networks")
    ? await removeAll(await backend.listNetworks(labels, { signal }), (id) => backend.removeNetwork(id, { signal }))
    : [];
  const volumes = backend.features.has("volumes")
    ? await removeAll(await backend.listVolumes(labels, { signal }), (id) => backend.removeVolume(id, { signal }))
    : [];
  if (failures.length > 0) throw failures[0];
  return { containers, networks, volumes };
}
