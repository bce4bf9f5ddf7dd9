import { randomUUID } from "node:crypto";
import type Dockerode from "dockerode";
import type { Engine } from "../engine.ts";
import { toEngine } from "../to-engine.ts";
import { authService, type CredentialsSource } from "./auth-service.ts";
import type { FileSource } from "./file-source.ts";
import { fileSyncService, type FileSyncWatcher } from "./file-sync.ts";
import { serveGrpc } from "./grpc-server.ts";
import { healthService } from "./health-service.ts";
import { hijackSession } from "./hijack-session.ts";
import { secretsService } from "./secrets-service.ts";
import { type AgentSource, sshService } from "./ssh-service.ts";

/** What a session gives to a build; what is left out is not offered. `onFile` and `onError` are about `files`. */
export interface BuildSessionOptions extends FileSyncWatcher {
  readonly credentials?: CredentialsSource | undefined;
  /** By id. */
  readonly secrets?: ReadonlyMap<string, Uint8Array> | undefined;
  /** By id; `default` is the one of a mount that names none. */
  readonly agents?: ReadonlyMap<string, AgentSource> | undefined;
  readonly files?: FileSource | undefined;
  /** Where the Dockerfile is, if not among `files`. */
  readonly dockerfiles?: FileSource | undefined;
  /** Under what the engine keeps the files that it was sent: the same for the same folder. */
  readonly sharedKey?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A connection by which the engine asks the client of a BuildKit build for what it needs. */
export interface BuildSession {
  /** For the build's parameter `session`. */
  readonly id: string;
  /** Ends it, with everything that is under way. */
  close(): void;
}

/**
 * Opens a BuildKit session on an engine.
 *
 * @throws {TransportError}; the signal's reason
 */
export async function openBuildSession(
  handle: Engine | Dockerode,
  options: BuildSessionOptions,
): Promise<BuildSession> {
  const { credentials, secrets, agents, files, sharedKey, signal } = options;
  const offered = {
    ...(credentials ? authService(credentials) : {}),
    ...(secrets?.size ? secretsService(secrets) : {}),
    ...(agents?.size ? sshService(agents) : {}),
    ...(files ? fileSyncService(files, options, options.dockerfiles) : {}),
  };
  const id = randomUUID();
  const headers = {
    "X-Docker-Expose-Session-Uuid": id,
    "X-Docker-Expose-Session-Name": "slipway",
    ...(sharedKey === undefined ? {} : { "X-Docker-Expose-Session-Sharedkey": sharedKey }),
    "X-Docker-Expose-Session-Grpc-Method": Object.keys(offered),
  };
  const socket = await hijackSession(toEngine(handle), headers, signal);
  // The health check goes without saying.
  const close = await serveGrpc(socket, new Map(Object.entries({ ...offered, ...healthService })));
  return { id, close };
}
