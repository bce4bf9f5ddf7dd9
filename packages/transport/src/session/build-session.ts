import { randomUUID } from "node:crypto";
import type Dockerode from "dockerode";
import type { Engine } from "../engine.ts";
import { toEngine } from "../to-engine.ts";
import { authService, type CredentialsSource } from "./auth-service.ts";
import type { FileSource } from "./file-source.ts";
import { fileSyncService } from "./file-sync.ts";
import { healthService } from "./health-service.ts";
import { hijackSession } from "./hijack-session.ts";
import { secretsService } from "./secrets-service.ts";
import type { SessionService } from "./session-service.ts";
import { type AgentSource, sshService } from "./ssh-service.ts";

/** What a session gives to a build; what is left out is not offered. */
export interface BuildSessionOptions {
  readonly credentials?: CredentialsSource | undefined;
  /** By id. */
  readonly secrets?: ReadonlyMap<string, Uint8Array> | undefined;
  /** By id; `default` is the one of a mount that names none. */
  readonly agents?: ReadonlyMap<string, AgentSource> | undefined;
  readonly files?: FileSource | undefined;
  /** Under what the engine keeps the files that it was sent: the same for the same folder. */
  readonly sharedKey?: string | undefined;
  /** Is told of every file that is sent. */
  readonly onFile?: ((path: string, size: number) => void) | undefined;
  /** Is told why the source of the files failed, as the engine only says that it did. */
  readonly onError?: ((error: unknown) => void) | undefined;
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
  const services: SessionService[] = [healthService()];
  if (credentials) services.push(authService(credentials));
  if (secrets?.size) services.push(secretsService(secrets));
  if (agents?.size) services.push(sshService(agents));
  if (files) {
    const onError = options.onError ?? (() => undefined);
    services.push(fileSyncService(files, { onFile: options.onFile, onError }));
  }
  // Loaded here, since it costs more than all the rest and most calls need no session.
  const { default: grpc } = await import("@grpc/grpc-js");
  const id = randomUUID();
  const announced = services.filter((service) => service.announced);
  const socket = await hijackSession(
    toEngine(handle),
    {
      "X-Docker-Expose-Session-Uuid": id,
      "X-Docker-Expose-Session-Name": "slipway",
      ...(sharedKey === undefined ? {} : { "X-Docker-Expose-Session-Sharedkey": sharedKey }),
      "X-Docker-Expose-Session-Grpc-Method": announced.flatMap(({ definition }) =>
        Object.values(definition).map(({ path }) => path),
      ),
    },
    signal,
  );
  const server = new grpc.Server({ "grpc.max_receive_message_length": -1 });
  for (const { definition, implementation } of services) server.addService(definition, implementation);
  const injector = server.createConnectionInjector(grpc.ServerCredentials.createInsecure());
  // A connection that is lost ends the build, and that says so.
  socket.on("error", () => undefined);
  injector.injectConnection(socket);
  return {
    id,
    close: () => {
      server.forceShutdown();
      injector.destroy();
      socket.destroy();
    },
  };
}
