import type { Readable } from "node:stream";
import type { RegistryAuthSource, SecretSource } from "@slipway/build";
import type { Dockerode, Engine } from "@slipway/transport";

/** How the image is made: by a Dockerfile, or by running a container and committing it. */
export type BuildMethod = "build" | "run";

/** What every request has. */
export interface Request {
  /** The builder image. */
  readonly baseImage: string;
  /** The image that the build's result is deployed on, for extended builds. */
  readonly runtimeImage?: string | undefined;
  /** A connection of the caller's, which stays open. */
  readonly engine?: Engine | Dockerode | undefined;
  /** Where the engine answers, when there is no `engine`: `unix:///var/run/docker.sock`. Default: as docker finds it. */
  readonly dockerSocket?: string | undefined;
  /** How long the engine may take to answer at first, in seconds. Default: 30. */
  readonly dockerTimeout?: number | undefined;
  /** The folder for temporary files. Default: the system's. */
  readonly workingDir?: string | undefined;
  /** Whether to say in detail what is found and done, as `debug` events. */
  readonly debug?: boolean | undefined;
  /** When images are pulled. Default: `missing`. */
  readonly pull?: "missing" | "always" | "never" | undefined;
  /** `linux/arm64` and the like. Default: the engine's own. */
  readonly platform?: string | undefined;
  /** Credentials for private images; docker's own configuration without. */
  readonly registryAuth?: RegistryAuthSource | undefined;
  /** Labels for images and containers. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Ends the work: it rejects with the signal's reason, once it has cleaned up. */
  readonly signal?: AbortSignal | undefined;
}

/** An emulator, and whether it may be used. */
export interface StiEmulation {
  /** Whether it may be registered with the engine's kernel while the build goes on. Default: no. */
  readonly register?: boolean | undefined;
  /** A static qemu-user binary on this machine. Default: that of the PATH. */
  readonly emulator?: string | undefined;
  /** The digest that the emulator must have. */
  readonly sha256?: string | undefined;
}

/** A source that is found by its place, with what of it is meant. */
export interface SourceOptions {
  /** The branch, tag or commit of a git source; the URL's `#ref` without. */
  readonly ref?: string | undefined;
  /** The folder in the source that is built. */
  readonly contextDir?: string | undefined;
  /** The name of the file, if the source is a stream of a single file's content. Default: `source`. */
  readonly sourceName?: string | undefined;
}

/** What {@link build} takes. */
export interface BuildRequest extends Request, SourceOptions {
  /** A folder, a file, a tar (also gzipped) or zip archive, a git URL; or a stream of an archive or a file's content. */
  readonly source: string | Readable;
  /** The name of the image that is made. */
  readonly tag: string;
  /** Whether to build without artifacts of the image that has the tag now. */
  readonly clean?: boolean | undefined;
  /** Variables for the scripts and the image; they go before those of `.s2i/environment`. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Default: `build`. */
  readonly method?: BuildMethod | undefined;
  /** Which of the engine's builders builds. Default: BuildKit, where the engine has it. */
  readonly builder?: "buildkit" | "classic" | undefined;
  /** How scripts of another platform than the engine's are run, if its kernel has no emulator for them. */
  readonly emulation?: StiEmulation | undefined;
  /** Is given the scripts' output too. */
  readonly writer?: { write(text: string): unknown } | undefined;
  /** Where scripts are looked for before the images' own folders: `image:///path`, a path in the image. */
  readonly scriptsUrl?: string | undefined;
  /** The longest that any script may run, in milliseconds. Default: no limit. */
  readonly scriptTimeoutMs?: number | undefined;
  /** Who runs the scripts. Default: what the builder's `io.openshift.s2i.assemble-user` label or its USER says. */
  readonly user?: string | undefined;
  /** The uids that scripts may run as, as ranges: `1000-2000,3000-`. Default: all. */
  readonly allowedUids?: string | undefined;
  /** Files for the prepare script, by id, in `/run/secrets/<id>`; they reach neither image nor events. */
  readonly secrets?: Readonly<Record<string, SecretSource>> | undefined;
  /** Folders that are kept from build to build in the engine's cache. Default: the builder's `dev.slipway.sti.caches`. */
  readonly caches?: readonly string[] | undefined;
  /** Seconds since the epoch: makes times in the image's own layers no later, so that the same build gives the same layers. */
  readonly sourceDateEpoch?: number | undefined;
  /** Whether saved artifacts may have links that lead out of their folder. */
  readonly allowOutsideLinks?: boolean | undefined;
  /** Whether the image that had the tag before is removed once the new one has it. */
  readonly removePrevious?: boolean | undefined;
}

/** What {@link validate} takes. */
export interface ValidateRequest extends Request {
  /** Whether the builder must support incremental builds. Implied by a runtime image. */
  readonly incremental?: boolean | undefined;
}
