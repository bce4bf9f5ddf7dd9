import type { Readable } from "node:stream";
import { type EntryToPack, packEntries, splitTar, type SplitEntry } from "@slipway/context";
import { type Resolution, resolveDockerfile } from "./resolve-dockerfile.ts";
import { defaultResolvers, type Resolver, type ResolveTarget } from "./resolver.ts";

/** How to resolve a bundle that is a tar stream. */
export interface ResolveBundleOptions extends ResolveTarget {
  /** The ways to look for; the default ones without. */
  readonly resolvers?: readonly Resolver[] | undefined;
  /** May give the Dockerfile another text. */
  readonly hook?: ((resolution: Resolution) => string | undefined | Promise<string | undefined>) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A bundle, ready to be built. */
export interface ResolvedBundle extends Resolution {
  /** The bundle's files and, at `dockerfilePath`, the Dockerfile. */
  readonly stream: Readable;
  /** Where the Dockerfile is in the stream. */
  readonly dockerfilePath: string;
}

/**
 * Takes a tar stream of a project and gives one that an engine can build. The stream is read to its end first (kept in
 * memory up to a limit, then on disk), since the file that decides may come last; all other files pass unchanged.
 */
export async function resolveBundle(source: Readable, options: ResolveBundleOptions): Promise<ResolvedBundle> {
  const { resolvers = defaultResolvers, hook, signal } = options;
  const split = await splitTar(source, [{ id: "bundle", context: "." }], { signal });
  try {
    const entries = split.entries("bundle");
    const found = await resolveDockerfile(entriesBundle(entries), options, resolvers);
    const dockerfile = (await hook?.(found)) ?? found.dockerfile;
    const dockerfilePath = placeFor(found, dockerfile, new Set(entries.map(({ header }) => header.name)));
    const extra = { header: { name: dockerfilePath, type: "file" as const, mode: 0o644 }, body: dockerfile };
    const stream = packEntries(withDockerfile(entries, extra));
    stream.once("close", () => void split.close());
    return { ...found, dockerfile, dockerfilePath, stream };
  } catch (error) {
    await split.close();
    throw error;
  }
}

/** Entries of an archive as a {@link resolveDockerfile} bundle. */
export function entriesBundle(entries: readonly SplitEntry[]): {
  read(path: string): Promise<string | undefined>;
  names(): Promise<string[]>;
} {
  return {
    read: async (path) => {
      const entry = entries.findLast(({ header, content }) => header.name === path && content);
      if (!entry?.content) return undefined;
      const content = entry.content.open();
      if (Buffer.isBuffer(content)) return content.toString("utf8");
      const chunks: Buffer[] = [];
      for await (const chunk of content) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks).toString("utf8");
    },
    names: () => Promise.resolve(entries.filter(({ content }) => content).map(({ header }) => header.name)),
  };
}

/**
 * Where the resolved Dockerfile goes: its own place if its text is unchanged, else `Dockerfile` beside it, or, where one
 * is there already that others may want, a name that is free.
 */
export function placeFor(resolution: Resolution, dockerfile: string, taken: ReadonlySet<string>): string {
  if (resolution.resolver === "Standard Dockerfile" && dockerfile === resolution.dockerfile) return resolution.path;
  const folder = resolution.path.slice(0, resolution.path.lastIndexOf("/") + 1);
  let name = `${folder}Dockerfile`;
  for (let i = 1; taken.has(name); i++) name = `${folder}Dockerfile.resolved${i === 1 ? "" : i}`;
  return name;
}

async function* withDockerfile(entries: readonly SplitEntry[], dockerfile: EntryToPack): AsyncGenerator<EntryToPack> {
  for (const { header, content } of entries) {
    if (header.name === dockerfile.header.name) continue;
    yield content ? { header: { ...header, size: content.size }, body: content.open() } : { header };
  }
  yield dockerfile;
}
