import type { PinejsClientCore } from "pinejs-client-core";

/**
 * What makes the requests: a client on pinejs-client-core, such as that of `apiClient`, or the one that a balena SDK has.
 * Errors of answers have a `statusCode`.
 */
export type ApiClient = Pick<PinejsClientCore, "apiPrefix" | "get" | "post" | "patch" | "request" | "clone">;
