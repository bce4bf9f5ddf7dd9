import { request } from "node:http";
import { request as tlsRequest } from "node:https";
import { timeLimit } from "@slipway/run";
import { addressOf } from "./address-of.ts";
import { poll } from "./poll.ts";
import { stillRunning } from "./still-running.ts";
import type { WaitStrategy } from "./wait-strategy.ts";

/** What is asked, and which answer is awaited. */
export interface ForHttpOptions {
  /** Default: `/`. */
  readonly path?: string | undefined;
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The status, or what tells whether it is right. Default: 200 to 399. */
  readonly status?: number | ((status: number) => boolean) | undefined;
  /** Text that is in the body, what it matches, or what tells whether it is right. */
  readonly body?: string | RegExp | ((body: string) => boolean) | undefined;
  /** With TLS, whoever signed the certificate. */
  readonly tls?: boolean | undefined;
}

const answerWithinMs = 5_000;
const largestBody = 1024 * 1024;

/** Ready when a request to the port is answered as it should be. */
export function forHttp(port: number, options: ForHttpOptions = {}): WaitStrategy {
  const { path = "/", method = "GET", status } = options;
  const wanted = typeof status === "number" ? `status ${status}` : "success";
  return {
    waitsFor: `${method} ${path} at port ${port} to answer with ${wanted}`,
    wait: async (container, { signal }) => {
      const address = await addressOf(container, port, signal);
      await poll(async () => {
        if (await answers(address, options, signal)) return true;
        await stillRunning(container, signal);
        return false;
      }, signal);
    },
  };
}

function answers(
  address: { host: string; port: number },
  options: ForHttpOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const { path = "/", method = "GET", headers = {}, tls = false } = options;
  return new Promise((resolve, reject) => {
    const until = AbortSignal.any([signal, timeLimit(answerWithinMs)]);
    const asked = (tls ? tlsRequest : request)(
      { ...address, path, method, headers, agent: false, signal: until, ...(tls ? { rejectUnauthorized: false } : {}) },
      (answer) => {
        let body = "";
        answer.setEncoding("utf8");
        answer.on("data", (text: string) => (body = (body + text).slice(0, largestBody)));
        answer.on("error", () => resolve(false));
        answer.on("end", () => {
          // What the caller's own functions throw is the caller's to know.
          try {
            resolve(isWanted(answer.statusCode ?? 0, options) && hasBody(body, options));
            return;
          } catch (error) {
            reject(error as Error);
          }
        });
      },
    );
    asked.on("error", () => resolve(false));
    asked.end();
  });
}

function isWanted(status: number, { status: wanted }: ForHttpOptions): boolean {
  if (typeof wanted === "function") return wanted(status);
  return wanted === undefined ? status >= 200 && status < 400 : status === wanted;
}

function hasBody(body: string, { body: wanted }: ForHttpOptions): boolean {
  if (wanted === undefined) return true;
  if (typeof wanted === "string") return body.includes(wanted);
  return typeof wanted === "function" ? wanted(body) : body.search(wanted) >= 0;
}
