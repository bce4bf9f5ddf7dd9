import { addAbortSignal, type Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type Dockerode from "dockerode";

type Callback = (error: unknown, answer?: unknown) => void;

interface Context {
  readonly isStream?: boolean;
  readonly hijack?: boolean;
  readonly openStdin?: boolean;
  readonly statusCodes: Readonly<Record<number, boolean | string>>;
}

/** The part of docker-modem that its published types leave out. */
interface Modem {
  buildRequest(options: { readonly signal?: AbortSignal }, context: Context, data: unknown, callback: Callback): void;
  buildPayload(
    ...payload: [null, boolean, Context["statusCodes"], boolean, unknown, Readable, unknown, Callback]
  ): void;
}

const everyStatus = (): Context["statusCodes"] => new Proxy({}, { get: () => true });

/** Makes calls fail whose connection is lost in the middle of the answer: docker-modem waits for its end for ever. */
export function settleAnswers(docker: Dockerode): Dockerode {
  const modem = docker.modem as unknown as Modem;
  const build = modem.buildRequest.bind(modem);
  modem.buildRequest = (options, context, data, callback) => {
    if (context.isStream || context.hijack || context.openStdin) return build(options, context, data, callback);
    const asStream = { ...context, isStream: true, statusCodes: everyStatus() };
    const read = async (response: Readable): Promise<void> => {
      if (options.signal) addAbortSignal(options.signal, response);
      let whole: Buffer;
      try {
        whole = await buffer(response);
      } catch (error) {
        return callback(error);
      }
      modem.buildPayload(null, false, context.statusCodes, false, undefined, response, parsed(whole), callback);
    };
    build(options, asStream, data, (error, answer) => {
      if (error) callback(error);
      else void read(answer as Readable);
    });
  };
  return docker;
}

/** As docker-modem gives it: what isn't JSON as it came. */
function parsed(whole: Buffer): unknown {
  try {
    return JSON.parse(whole.toString()) || whole;
  } catch {
    return whole;
  }
}
