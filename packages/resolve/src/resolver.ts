/** What a bundle is resolved for. */
export interface ResolveRequest {
  /** The architecture that is built for, such as `aarch64`; as it stands in file names and templates. */
  readonly architecture?: string | undefined;
  /** The kind of device that is built for, such as `raspberrypi4-64`. */
  readonly deviceType?: string | undefined;
  /** The path that the user gave for the Dockerfile, in its normal form; undefined if none was given. */
  readonly dockerfilePath?: string | undefined;
  /** What template variables stand for. */
  readonly variables: Readonly<Record<string, string>>;
  /** A bundle's path as messages should show it. */
  readonly display: (path: string) => string;
}

/** What a resolver made. */
export interface ResolverResult {
  /** The file of the bundle that the Dockerfile was made from; undefined if it was not made from one. */
  readonly path: string | undefined;
  /** The Dockerfile's text. */
  readonly dockerfile: string;
}

/** A way to make a Dockerfile out of a bundle. It keeps no state: one resolver may serve many bundles at once. */
export interface Resolver {
  /** For people: `Dockerfile.template`. */
  readonly name: string;
  /** The greatest goes first. The own resolvers have 30, 20 and 10. */
  readonly priority: number;
  /** The paths of the files that it works from, the best first; what a message lists when nothing was found. */
  needs(request: ResolveRequest): readonly string[];
  /**
   * Makes the Dockerfile.
   *
   * @param files the texts of the files that it needs and that are there, by path
   * @returns undefined if it is not satisfied, so that the next one gets its turn
   */
  resolve(
    files: ReadonlyMap<string, string>,
    request: ResolveRequest,
  ): ResolverResult | undefined | Promise<ResolverResult | undefined>;
}
