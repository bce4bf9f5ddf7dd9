import type { sendUnaryData, ServerUnaryCall, ServerWritableStream } from "@grpc/grpc-js";
import { type Codec, method } from "./message.ts";
import type { SessionService } from "./session-service.ts";

const nothing: Codec<undefined> = { encode: () => Buffer.alloc(0), decode: () => undefined };
/** HealthCheckResponse with its only field, status, at 1: serving. */
const serving: Codec<undefined> = { encode: () => Buffer.from([8, 1]), decode: () => undefined };

/** `grpc.health.v1.Health`, which the engine asks every second: without an answer it drops the session. */
export function healthService(): SessionService {
  return {
    announced: false,
    definition: {
      Check: method("/grpc.health.v1.Health/Check", nothing, serving),
      Watch: method("/grpc.health.v1.Health/Watch", nothing, serving, { response: true }),
    },
    implementation: {
      Check: (_: ServerUnaryCall<undefined, undefined>, reply: sendUnaryData<undefined>) => reply(null, undefined),
      Watch: (call: ServerWritableStream<undefined, undefined>) => void call.write(undefined),
    },
  };
}
