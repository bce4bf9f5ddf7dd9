import type { Readable } from "node:stream";
import { type EntryToPack, packEntries, splitTar } from "@slipway/context";
import { entriesBundle } from "./entries-bundle.ts";
import { type ResolvedDockerfile, resolveDockerfile, type ResolveOptions } from "./resolve-dockerfile.ts";

/** How to resolve a bundle that is a tar stream. */
export interface ResolveBundleOptions extends ResolveOptions {
  /** How much of the bundle is kept in memory, in bytes, before a temporary file takes the rest. Default: 2 MiB. */
  readonly memoryLimit?: number | undefined;
  /** How long the bundle's stream may give nothing, in milliseconds, before it is given up. Default: for ever. */
  readonly stallTimeoutMs?: number | undefined;
}

/** A bundle that the engine can build. */
export interface ResolvedBundle extends ResolvedDockerfile {
  /** The buildable archive. Read it or destroy it: either lets go of what was kept of the bundle. */
  readonly stream: Readable;
}

/**
 * Turns a project bundle, a tar stream, into one that the engine can build: finds the Dockerfile, or makes it out of a
 * template, and puts it in. Everything else stays as it is. The bundle is read to its end before this resolves; what
 * does not fit `memoryLimit` waits in a temporary file without a name.
 *
 * @throws {ResolveError} if there is no Dockerfile
 * @throws {DockerfileError} for a template that nothing is known of a variable of
 * @throws {ContextError} for a damaged archive; the bundle's own error if its stream fails; the signal's reason
 */
export async function resolveBundle(bundle: Readable, options: ResolveBundleOptions = {}): Promise<ResolvedBundle> {
  const { memoryLimit, stallTimeoutMs, signal } = options;
  const split = await splitTar(bundle, [{ id: "bundle", context: "." }], { memoryLimit, stallTimeoutMs, signal });
  try {
    const part = split.part("bundle");
    const resolved = await resolveDockerfile(entriesBundle(part), options);
    const stream = packEntries(part.pack({ instead: resolved.changed ? dockerfileEntry(resolved) : undefined }));
    stream.once("close", () => void split.close());
    return { ...resolved, stream };
  } catch (error) {
    await split.close();
    throw error;
  }
}

/** A Dockerfile that was made. Its date is fixed: of two bundles that are alike the outcome is alike. */
export function dockerfileEntry({
  dockerfilePath,
  dockerfile,
}: Pick<ResolvedDockerfile, "dockerfile" | "dockerfilePath">): EntryToPack {
  return { header: { name: dockerfilePath, type: "file", mode: 0o644, mtime: new Date(0) }, body: dockerfile };
}
