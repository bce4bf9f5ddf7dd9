/** Of gRPC's status codes, those that a session answers with. */
const codes = { notFound: 5, internal: 13 } as const;

/** A gRPC answer that is an error. */
export interface StatusError {
  readonly code: number;
  readonly details: string;
}

/** What is asked for is not there. */
export function notFound(details: string): StatusError {
  return { code: codes.notFound, details };
}

/** Something went wrong on our side. */
export function internalError(error: unknown): StatusError {
  return { code: codes.internal, details: error instanceof Error ? error.message : String(error) };
}
