import type { IncomingMessage } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { dial, type DialRequest } from "../dial.ts";
import type { Engine } from "../engine.ts";
import { engineError } from "../engine-error.ts";
import { readRecords } from "../read-records.ts";
import { TransportError, type TransportErrorCode } from "../transport-error.ts";
import { type PullProgress, ProgressTally } from "./transfer-progress.ts";

/** One exchange with a registry, or a load, by the engine. */
export interface Transfer {
  readonly request: DialRequest;
  /** As a phrase: `pulling busybox:1`. */
  readonly doing: string;
  readonly code: TransportErrorCode & `TRANSPORT_${"PULL" | "PUSH" | "LOAD"}_FAILED`;
  /** How often it is tried again after a fault of the network between engine and registry. */
  readonly retries: number;
  readonly onProgress?: ((progress: PullProgress) => void) | undefined;
  readonly onRecord?: ((record: Record<string, unknown>) => void) | undefined;
}

/** The engine's words for a registry that refuses, which no repetition changes. */
const refusals =
  /denied|unauthorized|authentication|forbidden|not found|unknown|no matching manifest|toomanyrequests|invalid|no basic auth|does not exist/i;
/** Its words for a registry that isn't reached, or is out of order for now. */
const faults =
  /dial tcp|connection re(fused|set)|no such host|i\/o timeout|timeout|broken pipe|\bEOF\b|unreachable|temporary failure|server misbehaving|bad gateway|service unavailable|gateway time|status:? (code )?50\d|50[0234] |connection closed|use of closed/i;

/**
 * Has the engine transfer an image. Faults of the network are tried again, one second after the first and twice as long
 * after each; what the registry refuses is not, nor is anything when the engine itself is lost.
 * @throws the signal's reason; TransportError, also for what the engine reports inside its stream
 */
export async function transfer(engine: Engine, job: Transfer): Promise<void> {
  const { signal } = job.request;
  for (let attempt = 0; ; attempt++) {
    try {
      return await once(engine, job);
    } catch (error) {
      signal?.throwIfAborted();
      const text = (error as Error).message;
      if (!(error instanceof RegistryFault) || attempt >= job.retries) throw failure(error, job);
      const seconds = 2 ** attempt;
      job.onProgress?.({ status: `Trying again in ${seconds} s: ${text}` });
      await delay(seconds * 1_000, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted());
    }
  }
}

/** What the engine reports of a registry it doesn't reach. */
class RegistryFault extends TransportError {}

async function once(engine: Engine, job: Transfer): Promise<void> {
  const tally = new ProgressTally();
  try {
    const answer = await dial<IncomingMessage>(engine, job.request);
    for await (const record of readRecords(answer)) {
      const { error, id, status, progressDetail } = record as {
        error?: string;
        id?: string;
        status?: string;
        progressDetail?: { current?: number; total?: number };
      };
      if (error) throw reported(error, job);
      job.onRecord?.(record);
      if (status) job.onProgress?.(tally.add({ ...(id ? { id } : {}), status, ...progressDetail }));
    }
  } catch (error) {
    job.request.signal?.throwIfAborted();
    const known = engineError(error, job.doing);
    // A registry that refuses at once comes as the request's status.
    if ((error as { statusCode?: number }).statusCode !== undefined) throw reported((known as Error).message, job);
    throw known;
  }
}

function reported(text: string, job: Transfer): TransportError {
  const message = text.startsWith(job.doing) ? text : `${job.doing}: ${text}`;
  const isFault = faults.test(text) && !refusals.test(text);
  return new (isFault ? RegistryFault : TransportError)(job.code, message, { hint: hintFor(text) });
}

function failure(error: unknown, job: Transfer): unknown {
  if (!(error instanceof TransportError)) return error;
  if (!(error instanceof RegistryFault)) return error;
  const tried = job.retries > 0 ? ` (tried ${job.retries + 1} times)` : "";
  return new TransportError(job.code, `${error.message}${tried}`, { hint: error.hint });
}

function hintFor(text: string): string | undefined {
  if (/denied|unauthorized|authentication|no basic auth/i.test(text)) {
    return "check the name, and log in with `docker login` if it is private";
  }
  if (/not found|unknown|no matching manifest|does not exist/i.test(text))
    return "check the name, the tag and the platform";
  if (faults.test(text) || /TLS|HTTP response to HTTPS/i.test(text)) return "the engine cannot reach the registry";
  return undefined;
}
