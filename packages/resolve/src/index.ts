export type { Bundle } from "./bundle.ts";
export { defaultResolvers } from "./default-resolvers.ts";
export { type BundleEntries, type BundleEntry, entriesBundle } from "./entries-bundle.ts";
export { fileResolver, type FileResolverOptions } from "./file-resolver.ts";
export { dockerfileEntry, type ResolveBundleOptions, type ResolvedBundle, resolveBundle } from "./resolve-bundle.ts";
export {
  type ResolvedDockerfile,
  resolveDockerfile,
  type ResolvedPath,
  type ResolveHooks,
  type ResolveOptions,
} from "./resolve-dockerfile.ts";
export { ResolveError, type ResolveErrorCode } from "./resolve-error.ts";
export type { Resolver, ResolveRequest, ResolverResult } from "./resolver.ts";
