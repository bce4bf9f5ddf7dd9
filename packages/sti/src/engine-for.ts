import { timeLimit } from "@slipway/run";
import { connect, type Engine, toEngine } from "@slipway/transport";
import type { Request } from "./request.ts";
import { StiError } from "./sti-error.ts";

const defaultTimeoutSeconds = 30;

/**
 * Runs `work` with the request's engine, and lets go of a connection that was made for it.
 * @throws StiError STI_DOCKER_CONNECTION_FAILED
 */
export async function withEngine<Result>(request: Request, work: (engine: Engine) => Promise<Result>): Promise<Result> {
  const { signal, dockerTimeout = defaultTimeoutSeconds } = request;
  signal?.throwIfAborted();
  const engine = request.engine
    ? toEngine(request.engine)
    : await connect({ host: request.dockerSocket }).catch((cause: unknown) => {
        throw new StiError("STI_DOCKER_CONNECTION_FAILED", `no engine answers: ${(cause as Error).message}`, {
          cause,
          hint: (cause as { hint?: string }).hint,
        });
      });
  try {
    await ping(engine, dockerTimeout, signal);
    return await work(engine);
  } finally {
    if (!request.engine) engine.close();
  }
}

async function ping(engine: Engine, seconds: number, signal: AbortSignal | undefined): Promise<void> {
  const timeout = timeLimit(seconds * 1000);
  const either = signal ? AbortSignal.any([signal, timeout]) : timeout;
  try {
    await Promise.race([engine.docker.ping(), rejection(either)]);
  } catch (cause) {
    signal?.throwIfAborted();
    const why = timeout.aborted ? `no answer within ${seconds} seconds` : (cause as Error).message;
    throw new StiError("STI_DOCKER_CONNECTION_FAILED", `the engine at ${engine.host} does not answer: ${why}`, {
      cause,
      hint: "is the engine running, and may this user reach it?",
    });
  }
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  });
}
