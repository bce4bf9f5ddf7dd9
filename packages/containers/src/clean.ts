import type { Backend, ImageInfo, LabelFilter } from "./backend/backend.ts";
import type { OperationOptions } from "./backend/operation-options.ts";
import { ContainersError } from "./containers-error.ts";
import { removeResources, type RemovedResources } from "./remove-resources.ts";
import { label } from "./session.ts";

/** Which images are cleaned. */
export interface CleanFilter {
  /** Labels that an image must have, with these values if they are given. */
  readonly labels?: LabelFilter | undefined;
  /** Text that one of its names must have in it. */
  readonly name?: string | undefined;
  /** Also images that this package didn't build. */
  readonly foreign?: boolean | undefined;
}

/** How to clean. */
export interface CleanOptions extends OperationOptions {
  /** Only tell what would be removed. */
  readonly dryRun?: boolean | undefined;
  /** Also containers, networks and volumes of that age that this package made, running or not. */
  readonly containers?: boolean | undefined;
}

/** What was removed, or would be. */
export interface CleanResult extends RemovedResources {
  /** Names, or ids of images that have none. */
  readonly images: readonly string[];
  /** Images that a container uses, which were left. */
  readonly inUse: readonly string[];
}

/** Removes images older than `ageMs` that match: only those that this package built, unless `foreign`. */
export async function clean(
  backend: Backend,
  ageMs: number,
  filter: CleanFilter,
  options: CleanOptions,
): Promise<CleanResult> {
  const { dryRun = false, signal } = options;
  if (!(ageMs >= 0)) {
    throw new ContainersError("CONTAINERS_CLEAN", `the age is ${ageMs}; milliseconds were expected`);
  }
  const before = Date.now() - ageMs;
  const labels: LabelFilter = { ...(filter.foreign ? {} : { [label.managed]: undefined }), ...filter.labels };
  const images: string[] = [];
  const inUse: string[] = [];
  try {
    const resources = options.containers
      ? await removeResources(backend, {
          labels: { [label.managed]: undefined },
          matches: ({ created }) => created !== undefined && created.getTime() <= before,
          dryRun,
          signal,
        })
      : { containers: [], networks: [], volumes: [] };
    for (const image of await backend.listImages(labels, { signal })) {
      signal?.throwIfAborted();
      // An image of the cache is as old as its build, but was wanted when it was last tagged.
      if ((image.tagged ?? image.created).getTime() > before || !matchesName(image, filter.name)) continue;
      for (const name of image.names.length > 0 ? image.names : [image.id]) {
        const removed = dryRun || (await backend.removeImage(name, { signal }));
        (removed ? images : inUse).push(name);
      }
    }
    return { ...resources, images, inUse };
  } catch (error) {
    signal?.throwIfAborted();
    throw ContainersError.from(error, "CONTAINERS_CLEAN", "cleaning");
  }
}

function matchesName({ names }: ImageInfo, wanted: string | undefined): boolean {
  return wanted === undefined || names.some((name) => name.includes(wanted));
}
