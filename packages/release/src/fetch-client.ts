import { PinejsClientCore } from "pinejs-client-core";
import { timeLimit } from "@slipway/run";
import type { ApiClient } from "./api-client.ts";
import { HttpFailure } from "./http-failure.ts";
import { ReleaseError } from "./release-error.ts";

/** Where an API is, and who we are to it. */
export interface ApiOptions {
  /** `https://api.example.com`; one that ends in a version, as in `/v7`, asks for that. */
  readonly url: string;
  /** A session token or an API key; sent as `Authorization: Bearer`. */
  readonly token?: string | undefined;
  /** Default: `v7`. */
  readonly version?: string | undefined;
  /** How long one request may take, in milliseconds. Default: 30,000. */
  readonly timeoutMs?: number | undefined;
  /** Default: the platform's own. */
  readonly fetch?: typeof fetch | undefined;
}

interface ApiRequest {
  readonly method: string;
  readonly url: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A client of a balena-compatible API, over fetch.
 * @throws ReleaseError RELEASE_BAD_VALUE for an address that is none, or a token that no header can hold
 */
export function apiClient(options: ApiOptions): ApiClient {
  const { url, token } = options;
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    throw new ReleaseError("RELEASE_BAD_VALUE", `\`${url}\` is no address of an API`, {
      hint: "give it as https://api.example.com",
    });
  }
  const { username, password, search, hash } = new URL(url);
  if (username || password || search || hash) {
    throw new ReleaseError("RELEASE_BAD_VALUE", "the API's address has more in it than host and path", {
      hint: "give it as https://api.example.com, and who you are by a token",
    });
  }
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    throw new ReleaseError("RELEASE_BAD_VALUE", "the token has blanks or characters that no token has", {
      hint: "check the file or variable that it comes from",
    });
  }
  const [, root = "", written] = /^(.*?)\/*(?:\/(v\d+))?\/*$/.exec(url) ?? [];
  return new FetchClient({ apiPrefix: `${root}/${options.version ?? written ?? "v7"}/` }, options);
}

class FetchClient extends PinejsClientCore {
  readonly #options: ApiOptions;

  constructor(params: ConstructorParameters<typeof PinejsClientCore>[0], options: ApiOptions) {
    super(params);
    this.#options = options;
    // What `clone` hands to the constructor of the copy.
    this.backendParams = options;
  }

  async _request({ method, url, body, signal }: ApiRequest): Promise<object | string> {
    const { token, timeoutMs = 30_000, fetch: fetchIt = fetch } = this.#options;
    const limit = timeLimit(timeoutMs);
    const answer = await fetchIt(url, {
      method,
      headers: {
        accept: "application/json",
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
    const text = await answer.text();
    if (!answer.ok) throw new HttpFailure(answer.status, text, answer.headers.get("retry-after") ?? undefined);
    if (text === "" || !/\bjson\b/.test(answer.headers.get("content-type") ?? "")) return text;
    try {
      return JSON.parse(text) as object;
    } catch (error) {
      const message = `${method} ${new URL(url).pathname}: the answer is no JSON`;
      throw new ReleaseError("RELEASE_BAD_ANSWER", message, { cause: error });
    }
  }
}
