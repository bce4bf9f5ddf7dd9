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
  ["COMPOSE_", exitCodes.usage],
  ["DOCKERFILE_", exitCodes.usage],
  ["RESOLVE_", exitCodes.usage],
  ["EMULATE_", exitCodes.usage],
  ["EMULATE_ENGINE_REFUSED", exitCodes.failed],
  ["MULTIBUILD_NO_EMULATION", exitCodes.failed],
  ["CONTEXT_NOT_FOUND", exitCodes.usage],
  ["MULTIBUILD_", exitCodes.usage],
  ["UP_INVALID_VALUE", exitCodes.usage],
  ["UP_UNKNOWN_SERVICE", exitCodes.usage],
  ["BUILD_NO_DOCKERFILE", exitCodes.usage],
  ["BUILD_BAD_OPTION", exitCodes.usage],
  ["UP_UNSUPPORTED_FIELD", exitCodes.usage],
  ["TRANSPORT_NO_ENGINE", exitCodes.noEngine],
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
