/** Files for TLS, PEM. */
export interface TlsFiles {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** Whether the server's certificate is checked. */
  readonly verify: boolean;
}

/** TLS material itself, PEM. */
export interface TlsMaterial {
  readonly ca?: string | Buffer | readonly (string | Buffer)[] | undefined;
  readonly cert?: string | Buffer | undefined;
  readonly key?: string | Buffer | undefined;
  /** Whether the server's certificate is checked; it is unless this is false. */
  readonly verify?: boolean | undefined;
}

/** Where an engine is. */
export interface EngineLocation {
  /** `unix:///var/run/docker.sock`, `tcp://10.0.0.1:2376`, `ssh://me@host` */
  readonly host: string;
  /** Where the host was found, for people. */
  readonly source: string;
  readonly tls?: TlsFiles | undefined;
}

/** An engine's address that is used as it stands. */
export interface EngineAddress {
  /** `unix:///var/run/docker.sock`, `tcp://10.0.0.1:2376`, `ssh://me@host`, `npipe:////./pipe/docker_engine` */
  readonly host: string;
  /** Where the host was found, for errors. */
  readonly source?: string | undefined;
  readonly tls?: TlsFiles | undefined;
  /** Wins over `tls`. */
  readonly tlsMaterial?: TlsMaterial | undefined;
  /** HOME and SSH_AUTH_SOCK for ssh; the process's own without. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}

/** How to find an engine. */
export interface ConnectOptions {
  /** An engine's address; without one it is looked for. */
  readonly host?: string | undefined;
  /** For the `host` given; without, those that the environment names. */
  readonly tlsMaterial?: TlsMaterial | undefined;
  /** The variables that say where the engine is; the process's own without. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  readonly signal?: AbortSignal | undefined;
}
