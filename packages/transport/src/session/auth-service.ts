import { type GrpcMethod, unary } from "./grpc-call.ts";
import { fieldsCodec } from "./message.ts";

/** What a registry takes: a user's name and password, or a token alone. */
export interface SessionCredentials {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly identitytoken?: string | undefined;
}

/** Gives the credentials for a registry that a build touches, `docker.io` for Docker Hub. */
export type CredentialsSource = (
  registry: string,
) => Promise<SessionCredentials | undefined> | SessionCredentials | undefined;

const request = fieldsCodec({ 1: "host" }, { host: "" });
const response = fieldsCodec({ 1: "username", 2: "secret" }, { username: "", secret: "" });
const hub = new Set(["registry-1.docker.io", "index.docker.io", "https://index.docker.io/v1/"]);

/**
 * Credentials for the registries that a build touches, one by one as it does. Of the service's methods this is the
 * one that every engine knows: newer ones ask whether we would fetch tokens for them first, and else for the credentials.
 */
export function authService(credentials: CredentialsSource): Record<string, GrpcMethod> {
  return {
    "/moby.filesync.v1.Auth/Credentials": unary(request, response, async ({ host }) => {
      const found = await credentials(hub.has(host) ? "docker.io" : host);
      // A token goes without a name, which is how the engine knows it.
      if (found?.identitytoken) return { username: "", secret: found.identitytoken };
      return { username: found?.username ?? "", secret: found?.password ?? "" };
    }),
  };
}
