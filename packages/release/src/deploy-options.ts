import type { BuildEngines, BuildProjectOptions, ProjectSource } from "@slipway/multibuild";
import type { RequestOptions } from "./api.ts";
import type { ApiAccess } from "./create.ts";

/** How to deploy a project. */
export interface DeployOptions extends RequestOptions {
  /** The API: an address with a token, or a client. */
  readonly api: ApiAccess;
  /** The fleet: its id, its slug `organisation/fleet`, or its name. */
  readonly fleet: string | number;
  /** The project's files. */
  readonly source: ProjectSource;
  /** Where it is built, and pushed from; of several each service has one that runs its platform. */
  readonly engines: BuildEngines;
  /** The id of the user whose release it is. Default: the token's. */
  readonly user?: number | undefined;
  /**
   * Names the source, in at most 40 characters. A deploy of a commit that an earlier one left unfinished goes on with it,
   * and builds and pushes only what is missing. Default: a random one.
   */
  readonly commit?: string | undefined;
  /** Whether the release stays a draft. Default: false. */
  readonly draft?: boolean | undefined;
  readonly semver?: string | undefined;
  readonly note?: string | undefined;
  readonly tags?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** The release's contract. */
  readonly contract?: object | undefined;
  /** Who makes it, for the record. Default: `slipway`. */
  readonly sourceName?: string | undefined;
  /** How it is built. */
  readonly build?: Omit<BuildProjectOptions, "services" | "signal"> | undefined;
}
