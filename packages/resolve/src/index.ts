export { entriesBundle, placeFor, resolveBundle, type ResolveBundleOptions, type ResolvedBundle } from "./resolve-bundle.ts";
export { type Bundle, type Resolution, resolveDockerfile } from "./resolve-dockerfile.ts";
export { ResolveError, type ResolveErrorCode } from "./resolve-error.ts";
export {
  architectureResolver,
  defaultResolvers,
  dockerfileResolver,
  type Resolver,
  type ResolveTarget,
  templateResolver,
  templateVariables,
} from "./resolver.ts";
