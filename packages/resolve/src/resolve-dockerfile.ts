import { ContextError, normalizePath } from "@slipway/context";
import type { Bundle } from "./bundle.ts";
import { defaultResolvers, plainPath } from "./default-resolvers.ts";
import { noDockerfileError } from "./no-dockerfile-error.ts";
import { ResolveError } from "./resolve-error.ts";
import type { Resolver, ResolverResult, ResolveRequest } from "./resolver.ts";

/** What was found. */
export interface ResolvedPath {
  /** The resolver's name. */
  readonly resolver: string;
  /** The file of the bundle that the Dockerfile was made from; where it goes, if it was not made from a file. */
  readonly path: string;
}

/** What a caller may take part in. */
export interface ResolveHooks {
  /** Called once a resolver has been found. */
  readonly resolved?: ((found: ResolvedPath) => void) | undefined;
  /** Called with the Dockerfile's text; a text that it returns takes its place. */
  readonly dockerfile?:
    | ((text: string, found: ResolvedPath) => string | undefined | void | Promise<string | undefined | void>)
    | undefined;
}

/** How to resolve a bundle. */
export interface ResolveOptions {
  /** The architecture that is built for: `Dockerfile.<architecture>`, `%%BALENA_ARCH%%`. */
  readonly architecture?: string | undefined;
  /** The kind of device that is built for: `Dockerfile.<deviceType>`, `%%BALENA_MACHINE_NAME%%`. */
  readonly deviceType?: string | undefined;
  /** Default: {@link defaultResolvers}. */
  readonly resolvers?: readonly Resolver[] | undefined;
  /** Template variables beside those of architecture and device type; of one name, these win. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
  /** The Dockerfile's path in the bundle, where it isn't the usual one. */
  readonly dockerfilePath?: string | undefined;
  /** Where the bundle lies, for messages: `services/web` makes them say `services/web/Dockerfile.template:3:6`. */
  readonly directory?: string | undefined;
  readonly hooks?: ResolveHooks | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The Dockerfile of a bundle. */
export interface ResolvedDockerfile extends ResolvedPath {
  /** The Dockerfile's name in the buildable archive: `path` if nothing changed it. No other file is lost for it. */
  readonly dockerfilePath: string;
  /** The Dockerfile's text. */
  readonly dockerfile: string;
  /** Whether the text differs from that of the file at `dockerfilePath` in the bundle, or there is none. */
  readonly changed: boolean;
}

/**
 * Finds and makes the Dockerfile of a bundle.
 *
 * @throws {ResolveError} `RESOLVE_NO_DOCKERFILE`, `RESOLVE_BAD_PATH`
 * @throws {DockerfileError} `DOCKERFILE_UNKNOWN_VARIABLE`, for all variables of a template that nothing is known of
 */
export async function resolveDockerfile(bundle: Bundle, options: ResolveOptions = {}): Promise<ResolvedDockerfile> {
  const request = toRequest(options);
  const resolvers = (options.resolvers ?? defaultResolvers()).toSorted((a, b) => b.priority - a.priority);
  for (const resolver of resolvers) {
    options.signal?.throwIfAborted();
    const texts = new Map<string, string>();
    for (const path of resolver.needs(request)) {
      const text = await bundle.read(path);
      if (text !== undefined) texts.set(path, text);
    }
    const result = await resolver.resolve(texts, request);
    if (result) return finish(bundle, resolver, result, request, options);
  }
  throw await noDockerfileError(bundle, resolvers, request);
}

async function finish(
  bundle: Bundle,
  resolver: Resolver,
  result: ResolverResult,
  request: ResolveRequest,
  options: ResolveOptions,
): Promise<ResolvedDockerfile> {
  const from = result.path;
  const original = from === undefined ? undefined : await bundle.read(from);
  if (from !== undefined && original === undefined) {
    const message = `the resolver ${resolver.name} says that it read \`${from}\`, and there is no such file`;
    throw new ResolveError("RESOLVE_BAD_RESOLVER", message, {
      hint: "return the path of one of the files that the resolver was given",
    });
  }
  const placed = await freePath(bundle, from, request);
  const found: ResolvedPath = { resolver: resolver.name, path: from ?? placed };
  options.hooks?.resolved?.(found);
  const replaced = await options.hooks?.dockerfile?.(result.dockerfile, found);
  options.signal?.throwIfAborted();
  const dockerfile = replaced ?? result.dockerfile;
  const changed = dockerfile !== original;
  return { ...found, dockerfile, changed, dockerfilePath: changed ? placed : found.path };
}

/** A name for a Dockerfile that was made: the plain one's, if that is the very file it was made from or is free. */
async function freePath(bundle: Bundle, from: string | undefined, request: ResolveRequest): Promise<string> {
  const plain = plainPath(request);
  if (from === plain || !(await bundle.has(plain))) return plain;
  let path = `${plain}.resolved`;
  for (let n = 2; await bundle.has(path); n++) path = `${plain}.resolved-${n}`;
  return path;
}

function toRequest(options: ResolveOptions): ResolveRequest {
  const { architecture, deviceType, variables = {}, directory = "", dockerfilePath } = options;
  const prefix = directory === "" || directory === "." ? "" : directory.replace(/\/+$/, "");
  return {
    architecture,
    deviceType,
    dockerfilePath: dockerfilePath === undefined ? undefined : checkPath(dockerfilePath),
    variables: {
      ...named("ARCH", architecture),
      ...named("MACHINE_NAME", deviceType),
      ...variables,
    },
    display: (path) => [prefix, path].filter((part) => part !== "").join("/"),
  };
}

function named(name: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [`BALENA_${name}`]: value, [`RESIN_${name}`]: value };
}

function checkPath(path: string): string {
  const hint = "give a path in the build context, relative to its root";
  if (path === "" || path.startsWith("/")) {
    throw new ResolveError("RESOLVE_BAD_PATH", `the Dockerfile's path \`${path}\` is not one in the build context`, {
      hint,
    });
  }
  try {
    return normalizePath(path);
  } catch (cause) {
    if (!(cause instanceof ContextError)) throw cause;
    throw new ResolveError("RESOLVE_BAD_PATH", `the Dockerfile's path \`${path}\` leads out of the build context`, {
      hint,
      cause,
    });
  }
}
