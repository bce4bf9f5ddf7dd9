import type { sendUnaryData, ServerUnaryCall } from "@grpc/grpc-js";
import { fieldsCodec, method } from "./message.ts";
import { internalError } from "./status-error.ts";
import type { SessionService } from "./session-service.ts";

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

/**
 * Credentials for the registries that a build touches, one by one as it does. The methods of newer engines that would
 * have the client fetch tokens are not implemented, as the protocol allows: the engine then asks for the credentials.
 */
export function authService(credentials: CredentialsSource): SessionService {
  type Request = { host: string };
  type Response = { username: string; secret: string };
  return {
    announced: true,
    definition: { Credentials: method("/moby.filesync.v1.Auth/Credentials", request, response) },
    implementation: {
      Credentials: async (call: ServerUnaryCall<Request, Response>, reply: sendUnaryData<Response>) => {
        try {
          const found = await credentials(registryOf(call.request.host));
          // A token goes without a name, which is how the engine knows it.
          if (found?.identitytoken) reply(null, { username: "", secret: found.identitytoken });
          else reply(null, { username: found?.username ?? "", secret: found?.password ?? "" });
        } catch (error) {
          reply(internalError(error));
        }
      },
    },
  };
}

function registryOf(host: string): string {
  return ["registry-1.docker.io", "index.docker.io", "https://index.docker.io/v1/"].includes(host) ? "docker.io" : host;
}
