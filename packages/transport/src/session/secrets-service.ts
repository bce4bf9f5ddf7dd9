import { type GrpcMethod, type GrpcStatus, unary } from "./grpc-call.ts";
import { fieldsCodec } from "./message.ts";

const request = fieldsCodec({ 1: "id" }, { id: "" });
const response = fieldsCodec({ 1: "data" }, { data: new Uint8Array() as Uint8Array });

/** Secrets for `RUN --mount=type=secret`, by id. */
export function secretsService(secrets: ReadonlyMap<string, Uint8Array>): Record<string, GrpcMethod> {
  return {
    "/moby.buildkit.secrets.v1.Secrets/GetSecret": unary(request, response, ({ id }) => {
      const data = secrets.get(id);
      if (data) return { data };
      throw { status: "notFound", message: `no secret ${id} was given to this build` } satisfies GrpcStatus;
    }),
  };
}
