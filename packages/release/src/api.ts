import { timeLimit } from "@slipway/run";
import type { ApiClient } from "./api-client.ts";
import { Limiter } from "./limiter.ts";
import { ReleaseError } from "./release-error.ts";
import { responseError, statusOf } from "./response-error.ts";
import { isTransient, type RetryOptions, withRetries } from "./retry.ts";

/** Of all requests of one operation, the balena API's own clients have never more under way. */
const concurrency = 5;

/** How an operation's requests are made. */
export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
  readonly retry?: RetryOptions | undefined;
}

/** Requests that are given up on sooner than the client does, to be made again. */
interface ApiRequestOptions extends RequestOptions {
  /** How long each may take, in milliseconds. */
  readonly attemptMs?: number | undefined;
}

/** What a resource holds, to be written. */
type Fields = Readonly<Record<string, unknown>>;
/** Fields that tell resources apart. */
type Key = Record<string, string | number | boolean | Date>;
/** What of it is wanted. */
interface Wanted {
  readonly $select?: string | string[];
  readonly $orderby?: string;
  readonly $top?: number;
  readonly $expand?: object;
}

/** Requests of one operation: few at a time, tried again where that helps, and with errors that say what was being done. */
export class Api {
  readonly #client: ApiClient;
  readonly #options: ApiRequestOptions;
  readonly #limiter = new Limiter(concurrency);

  constructor(client: ApiClient, options: ApiRequestOptions) {
    this.#client = client;
    this.#options = options;
  }

  /** One resource, by its id or by fields that it alone has; undefined where there is none. */
  async find<Resource>(resource: string, id: number | Key, options: Wanted = {}): Promise<Resource | undefined> {
    const doing = `looking for ${resource} ${typeof id === "number" ? id : describe(id)}`;
    const found = await this.#request(doing, () =>
      this.#client.get({ resource, id: id as number, options: { ...options }, retry: false, ...this.#passthrough() }),
    );
    return found as Resource | undefined;
  }

  /** All resources that have these fields. */
  async list<Resource>(resource: string, filter: Key, options: Wanted = {}): Promise<Resource[]> {
    const found = await this.#request(`listing ${resource} ${describe(filter)}`, () =>
      this.#client.get({
        resource,
        options: { ...(Object.keys(filter).length > 0 ? { $filter: filter } : {}), ...options } as never,
        retry: false,
        ...this.#passthrough(),
      }),
    );
    if (!Array.isArray(found))
      throw new ReleaseError("RELEASE_BAD_ANSWER", `listing ${resource}: the answer is no list`);
    return found as Resource[];
  }

  /**
   * Makes a resource, once: after an answer that leaves open whether it was made (none, 5xx), or that says it was (409),
   * it is looked for by `key`, the fields that it alone has.
   */
  async create<Resource>(resource: string, body: Fields, key: Key): Promise<Resource> {
    const post = (): Promise<unknown> =>
      this.#limiter.run(() => this.#client.post({ resource, body, retry: false, ...this.#passthrough() }));
    const { signal, retry } = this.#options;
    const doing = `making ${resource} ${describe(key)}`;
    try {
      const made = await withRetries(
        async (attempt) => {
          const there = attempt > 1 ? await this.#first<Resource>(resource, key) : undefined;
          if (there) return there;
          // A request that was cut off may be at work still, so that who fails again and again now and then looks twice.
          const late =
            attempt % 2 === 1 && attempt > 1 ? await this.#first<Resource>(resource, key).catch(passOver) : undefined;
          if (late) return late;
          try {
            return (await post()) as Resource;
          } catch (error) {
            const found = statusOf(error) === 409 ? await this.#first<Resource>(resource, key) : undefined;
            if (found) return found;
            throw error;
          }
        },
        retry,
        signal,
      );
      if (typeof (made as { id?: unknown } | undefined)?.id === "number") return made;
      const found = await this.#first<Resource>(resource, key);
      if (found) return found;
    } catch (error) {
      signal?.throwIfAborted();
      throw responseError(error, doing);
    }
    throw new ReleaseError("RELEASE_BAD_ANSWER", `${doing}: the API's answer has no id`);
  }

  async patch(resource: string, id: number, body: Fields): Promise<void> {
    await this.#request(`changing ${resource} ${id}`, () =>
      this.#client.patch({ resource, id, body, retry: false, ...this.#passthrough() }),
    );
  }

  /** A request beside the resources: `path` is from the API's root, `/auth/v1/token?…`. */
  async other<Answer>(doing: string, path: string): Promise<Answer> {
    const root = this.#client.apiPrefix.replace(/[^/]*\/+$/, "");
    const url = path.replace(/^\//, "");
    return this.#request(doing, async () => {
      const client = this.#client.clone({ apiPrefix: root });
      return (await client.request({ method: "GET", url, retry: false, ...this.#passthrough() } as never)) as Answer;
    });
  }

  async #first<Resource>(resource: string, key: Key): Promise<Resource | undefined> {
    const found = await this.#limiter.run(() =>
      this.#client.get({ resource, options: { $filter: key, $top: 1 }, retry: false, ...this.#passthrough() }),
    );
    return (found as unknown as Resource[])[0];
  }

  async #request<Answer>(doing: string, call: () => Promise<Answer>): Promise<Answer> {
    const { signal, retry } = this.#options;
    try {
      return await withRetries(() => this.#limiter.run(call), retry, signal);
    } catch (error) {
      signal?.throwIfAborted();
      throw responseError(error, doing);
    }
  }

  #passthrough(): { passthrough: { signal?: AbortSignal } } {
    const { signal, attemptMs } = this.#options;
    if (attemptMs === undefined) return { passthrough: signal ? { signal } : {} };
    const limit = timeLimit(attemptMs);
    return { passthrough: { signal: signal ? AbortSignal.any([signal, limit]) : limit } };
  }
}

/** What fails for the moment is no answer; the rest is an error. */
function passOver(error: unknown): undefined {
  if (!isTransient(error)) throw error;
}

function describe(fields: Key): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name} ${value instanceof Date ? value.toISOString() : String(value)}`)
    .join(", ");
}
