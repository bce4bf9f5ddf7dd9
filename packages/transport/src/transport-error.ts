import { SlipwayError } from "@slipway/errors";

/** What can go wrong between us and an engine. */
export type TransportErrorCode =
  | "TRANSPORT_NO_ENGINE"
  | "TRANSPORT_BAD_HOST"
  | "TRANSPORT_HOST_KEY"
  | "TRANSPORT_NOT_FOUND"
  | "TRANSPORT_CONFLICT"
  | "TRANSPORT_PORT_IN_USE"
  | "TRANSPORT_AUTH"
  | "TRANSPORT_PULL_FAILED"
  | "TRANSPORT_PUSH_FAILED"
  | "TRANSPORT_LOAD_FAILED"
  | "TRANSPORT_CONNECTION_LOST"
  | "TRANSPORT_REFUSED"
  | "TRANSPORT_SHELL_CLOSED"
  | "TRANSPORT_NO_SHELL"
  | "TRANSPORT_NO_ANSWER"
  | "TRANSPORT_SOURCE_ENDED"
  | "TRANSPORT_BAD_REFERENCE"
  | "TRANSPORT_BAD_CONFIG";

/** An error on the way to an engine, or one that the engine answered with. */
export class TransportError extends SlipwayError<TransportErrorCode> {
  override readonly name: string = "TransportError";
}
