import type { sendUnaryData, ServerUnaryCall } from "@grpc/grpc-js";
import { fieldsCodec, method } from "./message.ts";
import { notFound } from "./status-error.ts";
import type { SessionService } from "./session-service.ts";

const request = fieldsCodec({ 1: "id" }, { id: "" });
const response = fieldsCodec({ 1: "data" }, { data: new Uint8Array() as Uint8Array });

/** Secrets for `RUN --mount=type=secret`, by id. */
export function secretsService(secrets: ReadonlyMap<string, Uint8Array>): SessionService {
  type Request = { id: string };
  type Response = { data: Uint8Array };
  return {
    announced: true,
    definition: { GetSecret: method("/moby.buildkit.secrets.v1.Secrets/GetSecret", request, response) },
    implementation: {
      GetSecret: ({ request: { id } }: ServerUnaryCall<Request, Response>, reply: sendUnaryData<Response>) => {
        const data = secrets.get(id);
        if (data) reply(null, { data });
        else reply(notFound(`no secret ${id} was given to this build`));
      },
    },
  };
}
