import type { EngineDescription } from "@slipway/transport";

/** Credentials for one registry: a name and a password, or a token alone. */
export interface RegistryCredentials {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly identitytoken?: string | undefined;
}

/** Credentials by registry host, `docker.io` for Docker Hub; or what gives them, such as transport's `registryAuthFor`. */
export type RegistryAuthSource =
  | Readonly<Record<string, RegistryCredentials>>
  | ((registry: string) => Promise<RegistryCredentials | undefined> | RegistryCredentials | undefined);

/** Where a secret's content is. */
export type SecretSource =
  | { readonly file: string }
  /** The name of an environment variable. */
  | { readonly env: string }
  | { readonly value: string | Uint8Array };

/** What answers for ssh in a build: the agent of `SSH_AUTH_SOCK`, one at a socket, or these private keys alone. */
export type SshSource = "agent" | { readonly socket: string } | { readonly keys: readonly string[] };

/** A limit on what a process may use; one number stands for both. */
export type Ulimit = number | { readonly soft: number; readonly hard: number };

/** How to build. An unknown option is an error. */
export interface BuildOptions {
  /** Path of the Dockerfile in the context; for a folder, one elsewhere will do too. Default: `Dockerfile`. */
  readonly dockerfile?: string | undefined;
  /** Names for the image. Default: none. */
  readonly tags?: readonly string[] | undefined;
  readonly buildArgs?: Readonly<Record<string, string>> | undefined;
  /** Labels for the image, beside those of the Dockerfile. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** The stage to build. Default: the last. */
  readonly target?: string | undefined;
  /** `linux/arm64` and the like. Default: the engine's own. */
  readonly platform?: string | undefined;
  /** Run every step, whatever the cache has. */
  readonly noCache?: boolean | undefined;
  /** Ask the registry for newer base images, also where the engine has one. */
  readonly pull?: boolean | undefined;
  /** Images whose layers may serve as cache: names, or `type=registry,ref=name`. The classic builder takes local ones. */
  readonly cacheFrom?: readonly string[] | undefined;
  /** Where the cache is put for others. An engine's own BuildKit knows only `inline`: into the image itself. */
  readonly cacheTo?: readonly string[] | undefined;
  /** The same as `cacheTo: ["inline"]`. */
  readonly inlineCache?: boolean | undefined;
  /** For `RUN --mount=type=secret`, by id. What a step prints of them is masked in events and errors. BuildKit only. */
  readonly secrets?: Readonly<Record<string, SecretSource>> | undefined;
  /** For `RUN --mount=type=ssh`, by id; `default` is for mounts that name none. BuildKit only. */
  readonly ssh?: Readonly<Record<string, SshSource>> | undefined;
  /** Entries for /etc/hosts while building: `name:address` or `name=address`; `host-gateway` is the engine's host. */
  readonly extraHosts?: readonly string[] | undefined;
  /** Size of /dev/shm in bytes. With BuildKit from Docker Engine 23 on. */
  readonly shmSize?: number | undefined;
  /** Limits for processes, by name: `nofile`. With BuildKit from Docker Engine 23 on. */
  readonly ulimits?: Readonly<Record<string, Ulimit>> | undefined;
  /** Memory for each step, in bytes. Classic builder only. */
  readonly memory?: number | undefined;
  /** Memory and swap together, in bytes; -1 for as much swap as there is. Classic builder only. */
  readonly memorySwap?: number | undefined;
  /** Network of `RUN`: `default`, `none`, `host`; the classic builder also takes a network's name. */
  readonly networkMode?: string | undefined;
  /** Default `auto`: BuildKit if the engine has it and it can do what the options and the Dockerfile ask for. */
  readonly builder?: "auto" | "buildkit" | "classic" | undefined;
  /**
   * Credentials for private base images. With BuildKit, the engine asks for those of a registry when the build touches
   * it; the classic builder is given those of the registries that the Dockerfile names.
   */
  readonly registryAuth?: RegistryAuthSource | undefined;
  /** What the engine says that it is, where that is known: it is not asked again. */
  readonly description?: EngineDescription | undefined;
  /** Ends the build: the run rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** How to build a folder. */
export interface DirectoryBuildOptions extends BuildOptions {
  /** The Dockerfile's text: it is put into the context by the path of `dockerfile`, and takes the place of a file there. */
  readonly dockerfileText?: string | undefined;
}
