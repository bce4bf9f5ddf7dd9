import type { ServiceDefinition, UntypedServiceImplementation } from "@grpc/grpc-js";

/** A gRPC service that a session offers to the engine. */
export interface SessionService {
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
  /** Whether the engine is told of it when the session is opened. It finds the health check by itself. */
  readonly announced: boolean;
}
