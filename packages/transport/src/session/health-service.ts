import { once } from "node:events";
import { unary, type GrpcMethod } from "./grpc-call.ts";
import type { Codec } from "./message.ts";

const nothing: Codec<undefined> = { encode: () => new Uint8Array(), decode: () => undefined };
/** HealthCheckResponse with its only field, status, at 1: serving. */
const serving: Codec<undefined> = { encode: () => Uint8Array.of(8, 1), decode: () => undefined };

/** `grpc.health.v1.Health`, which the engine asks every second: without an answer it drops the session. */
export const healthService: Readonly<Record<string, GrpcMethod>> = {
  "/grpc.health.v1.Health/Check": unary(nothing, serving, () => undefined),
  "/grpc.health.v1.Health/Watch": async (call) => {
    await call.write(serving, undefined);
    await once(call.signal, "abort");
  },
};
