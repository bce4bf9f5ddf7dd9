import { isSlipwayError } from "@slipway/errors";

/** Words of engines for a registry that isn't reached, or is out of order for now. */
const faults =
  /dial tcp|connection re(?:fused|set)|no such host|timeout|timed out|broken pipe|\bEOF\b|unreachable|temporary failure|server misbehaving|bad gateway|service unavailable|gateway time|(?:status:?(?: code)?|HTTP) 50[0234]|50[0234] (?:Internal|Bad|Service|Gateway)|connection closed|use of closed/i;
/** Their words for one that refuses, which no repetition changes. */
const refusals = /denied|unauthorized|authentication|forbidden|manifest unknown|toomanyrequests|no basic auth/i;

/** Whether a build or a pull failed for a fault of the network, which may have passed when it is tried again. */
export function isNetworkFault(error: unknown): boolean {
  if (isSlipwayError(error, "BUILD_BROKEN_STREAM") || isSlipwayError(error, "TRANSPORT_CONNECTION_LOST")) return true;
  if (!isSlipwayError(error, "BUILD_NO_BASE_IMAGE") && !isSlipwayError(error, "TRANSPORT_PULL_FAILED")) return false;
  const { message } = error as Error;
  return faults.test(message) && !refusals.test(message);
}
