import { didYouMean } from "@slipway/errors";
import { ResolveError } from "./resolve-error.ts";
import { defaultResolvers, type Resolver, type ResolveTarget } from "./resolver.ts";

/** The files of a project, as far as finding its Dockerfile needs them. */
export interface Bundle {
  /** A file's text, or undefined where there is none. */
  read(path: string): Promise<string | undefined>;
  /** All paths; asked for only to make a good error. */
  names(): Promise<readonly string[]>;
}

/** What a bundle resolved to. */
export interface Resolution {
  /** The name of the resolver that won. */
  readonly resolver: string;
  /** The file that it took, in the bundle. */
  readonly path: string;
  /** The Dockerfile's text. */
  readonly dockerfile: string;
}

/**
 * Finds out how a bundle is built.
 * @throws ResolveError RESOLVE_NO_DOCKERFILE; DockerfileError DOCKERFILE_UNKNOWN_VARIABLE for a template that needs more
 */
export async function resolveDockerfile(
  bundle: Bundle,
  target: ResolveTarget,
  resolvers: readonly Resolver[] = defaultResolvers,
): Promise<Resolution> {
  const ordered = resolvers.toSorted((a, b) => b.priority - a.priority);
  for (const resolver of ordered) {
    for (const path of resolver.candidates(target)) {
      const text = await bundle.read(path);
      if (text === undefined) continue;
      return { resolver: resolver.name, path, dockerfile: resolver.resolve(text, path, target) };
    }
  }
  throw await nothingFound(bundle, target, ordered);
}

async function nothingFound(bundle: Bundle, target: ResolveTarget, resolvers: readonly Resolver[]): Promise<ResolveError> {
  const wanted = resolvers.flatMap((resolver) => resolver.candidates(target)).toReversed();
  const names = await bundle.names();
  const near = didYouMean(wanted[0] ?? "Dockerfile", names.filter((name) => !wanted.includes(name)));
  const what = target.dockerfilePath ? `no Dockerfile at \`${target.dockerfilePath}\`` : "no Dockerfile";
  const there = names.filter((name) => !name.includes("/")).slice(0, 10);
  return new ResolveError("RESOLVE_NO_DOCKERFILE", `${what}; looked for ${[...new Set(wanted)].join(", ")}`, {
    hint: near ? `did you mean \`${near}\`?` : there.length > 0 ? `the folder has ${there.join(", ")}` : "the folder is empty",
  });
}
