/** Files for TLS, PEM. */
export interface TlsFiles {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** Whether the server's certificate is checked. */
  readonly verify: boolean;
}

/** Where an engine is. */
export interface EngineLocation {
  /** `unix:///var/run/docker.sock`, `tcp://10.0.0.1:2376` */
  readonly host: string;
  /** Where the host was found, for people. */
  readonly source: string;
  readonly tls?: TlsFiles | undefined;
}

/** How to find an engine. */
export interface ConnectOptions {
  /** An engine's address; without one it is looked for. */
  readonly host?: string | undefined;
  /** The variables that say where the engine is; the process's own without. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  readonly signal?: AbortSignal | undefined;
}
