import { isSlipwayError } from "@slipway/errors";

/** The exit codes of every command. */
export const exitCodes = {
  done: 0,
  /** The work failed: a build, a push, a container. */
  failed: 1,
  /** Wrong usage or input. */
  usage: 2,
  noEngine: 3,
  interrupted: 130,
} as const;

/** Which codes, by prefix, mean that the input is at fault; the longest prefix wins. All others mean that the work failed. */
const byPrefix: readonly [prefix: string, exitCode: number][] = [
  ["CLI_", exitCodes.usage],
  ["CLI_BUILD_FAILED", exitCodes.failed],
  ["CLI_CANNOT_WRITE", exitCodes.failed],
  ["CLI_PUSH_FAILED", exitCodes.failed],
  ["CLI_TIMEOUT", exitCodes.failed],
  ["COMPOSE_", exitCodes.usage],
  ["DOCKERFILE_", exitCodes.usage],
  ["RESOLVE_", exitCodes.usage],
  ["EMULATE_", exitCodes.usage],
  ["EMULATE_ENGINE_REFUSED", exitCodes.failed],
  ["MULTIBUILD_NO_EMULATION", exitCodes.failed],
  ["CONTEXT_NOT_FOUND", exitCodes.usage],
  ["CONTEXT_BAD_", exitCodes.usage],
  ["CONTEXT_TRUNCATED_ARCHIVE", exitCodes.usage],
  ["CONTEXT_UNSUPPORTED_ENTRY", exitCodes.usage],
  ["MULTIBUILD_", exitCodes.usage],
  ["UP_INVALID_VALUE", exitCodes.usage],
  ["UP_UNKNOWN_SERVICE", exitCodes.usage],
  ["BUILD_NO_DOCKERFILE", exitCodes.usage],
  ["BUILD_BAD_OPTION", exitCodes.usage],
  ["UP_UNSUPPORTED_FIELD", exitCodes.usage],
  ["RELEASE_BAD_VALUE", exitCodes.usage],
  ["RELEASE_APPLICATION_NOT_FOUND", exitCodes.usage],
  ["RELEASE_NOT_FOUND", exitCodes.usage],
  ["CONTAINERS_CONTAINER_OPTIONS", exitCodes.usage],
  ["CONTAINERS_IMAGE_OPTIONS", exitCodes.usage],
  ["CONTAINERS_NOT_SUPPORTED", exitCodes.usage],
  ["CONTAINERS_BACKEND_NOT_AVAILABLE", exitCodes.noEngine],
  ["TRANSPORT_NO_ENGINE", exitCodes.noEngine],
  ["TRANSPORT_BAD_HOST", exitCodes.usage],
  // Those of `slipway sti` tell its failures apart.
  ["STI_BAD_REQUEST", exitCodes.usage],
  ["STI_NO_LABELS", exitCodes.usage],
  ["STI_DOCKER_CONNECTION_FAILED", exitCodes.noEngine],
  ["STI_NO_SUCH_BASE_IMAGE", 10],
  ["STI_NO_SUCH_RUNTIME_IMAGE", 11],
  ["STI_PULL_IMAGE_FAILED", 12],
  ["STI_SAVE_ARTIFACTS_FAILED", 13],
  ["STI_CREATE_DOCKERFILE_FAILED", 14],
  ["STI_CREATE_CONTAINER_FAILED", 15],
  ["STI_INVALID_BUILD_METHOD", 16],
  ["STI_BUILD_FAILED", 17],
  ["STI_COMMIT_CONTAINER_FAILED", 18],
  ["STI_INVALID_IMAGE", 19],
  ["STI_BAD_SOURCE", 20],
  ["STI_GIT_FAILED", 21],
  ["STI_BAD_ARTIFACTS", 22],
  ["STI_NO_SUCH_SCRIPT", 23],
  ["STI_TIMED_OUT", 24],
  ["STI_USER_NOT_ALLOWED", 25],
  ["STI_NOT_SUPPORTED", 26],
];

/** The exit code for an error that ended a command. */
export function exitCodeOf(error: unknown): number {
  if (isAbort(error)) return exitCodes.interrupted;
  if (!isSlipwayError(error)) return exitCodes.failed;
  const { code } = error;
  let best: readonly [string, number] = ["", exitCodes.failed];
  for (const entry of byPrefix) if (code.startsWith(entry[0]) && entry[0].length > best[0].length) best = entry;
  return best[1];
}

/** Whether the error is an AbortSignal's. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
