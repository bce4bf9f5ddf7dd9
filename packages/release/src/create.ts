import { timeLimit } from "@slipway/run";
import { Api, type RequestOptions } from "./api.ts";
import type { ApiClient } from "./api-client.ts";
import { type Assignments, readAssignments } from "./assignments.ts";
import { type ApiOptions, apiClient } from "./fetch-client.ts";
import { ReleaseError } from "./release-error.ts";
import { statusOf } from "./response-error.ts";
import { isTransient } from "./retry.ts";
import type { Application, Image, Release, ReleaseImage, Service } from "./resources.ts";

/** What a composition needs to have for a release to be made of it. */
export interface Composition {
  readonly services: Readonly<
    Record<string, { readonly labels?: Assignments | null; readonly environment?: Assignments | null } | null>
  >;
}

/** The API, as a client or as an address with a token. */
export type ApiAccess = { readonly client: ApiClient } | ApiOptions;

/** A release to make. */
export type CreateRequest = ApiAccess &
  RequestOptions & {
    /** The id of the user who makes it. */
    readonly user: number;
    /** The id of the fleet. */
    readonly application: number;
    /** As it is stored, and as devices get it. */
    readonly composition: Composition;
    /** Who makes it: `local`, `cloud`, or a tool's name. */
    readonly source: string;
    /** Names the source; at most 40 characters, and only one successful release of a fleet has it. */
    readonly commit: string;
    /** Whether it is final from the start; else a draft. Default: false. */
    readonly is_final?: boolean | undefined;
    readonly semver?: string | undefined;
    readonly contract?: object | undefined;
    /** Of these only contracts are used. */
    readonly imgDescriptors?:
      | readonly { readonly serviceName: string; readonly contract?: object | undefined }[]
      | undefined;
  };

/** What {@link create} has made. */
export interface CreateResponse {
  readonly release: Release;
  /** By service; where each is to be pushed to is its `is_stored_at__image_location`. */
  readonly serviceImages: Readonly<Record<string, Image>>;
}

/** The client that an access means. */
export function clientOf(access: ApiAccess): ApiClient {
  return "client" in access ? access.client : apiClient(access);
}

/**
 * Makes a release with the status `running`, and in it an image for each service, with its labels and variables. Each
 * resource is made once, whatever the API answers in between; at most 5 requests are under way at a time. Should it fail
 * after the release was made, that release is marked failed.
 *
 * @throws ReleaseError RELEASE_USER_NOT_FOUND, RELEASE_APPLICATION_NOT_FOUND; HttpResponseError with the API's own words
 */
export async function create(request: CreateRequest): Promise<CreateResponse> {
  const { application, user, composition, semver, contract, imgDescriptors = [], signal, retry } = request;
  checkComposition(composition);
  const client = clientOf(request);
  const api = new Api(client, { signal, retry });
  await Promise.all([findUser(api, user), findApplication(api, application)]);
  const body = {
    is_created_by__user: user,
    belongs_to__application: application,
    composition,
    commit: request.commit,
    status: "running",
    source: request.source,
    start_timestamp: new Date(),
    is_final: request.is_final ?? false,
    ...(contract ? { contract } : {}),
    ...(semver ? { semver } : {}),
  };
  const { belongs_to__application, commit, start_timestamp } = body;
  const key = { belongs_to__application, commit, start_timestamp };
  const release = await makeRelease(client, body, key, { signal, retry });
  try {
    const made = await allOrFirstError(
      Object.entries(composition.services).map(async ([name, service]) => {
        const ownContract = imgDescriptors.find(({ serviceName }) => serviceName === name)?.contract;
        return [name, await addService(api, release.id, application, name, service ?? {}, ownContract)] as const;
      }),
    );
    return { release, serviceImages: Object.fromEntries(made) };
  } catch (error) {
    await markFailed(client, release.id, retry);
    throw error;
  }
}

/** How long an abort waits for the answer of a release that is being made, in milliseconds. */
const lastAnswer = 5_000;

/**
 * Makes the release. What is aborted, or fails without word of what became of it, may have made it all the same, and nobody
 * would ever end it: it is looked for then, and marked failed.
 */
async function makeRelease(
  client: ApiClient,
  body: Readonly<Record<string, unknown>>,
  key: Record<string, string | number | Date>,
  { signal, retry }: RequestOptions,
): Promise<Release> {
  signal?.throwIfAborted();
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    timer = setTimeout(() => late.abort(signal?.reason), lastAnswer);
  };
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    const release = await new Api(client, { signal: late.signal, retry }).create<Release>("release", body, key);
    if (!signal?.aborted) return release;
    await markFailed(client, release.id, retry);
    throw signal.reason;
  } catch (error) {
    const refused = statusOf(error) !== undefined && !isTransient(error);
    if (!refused) await abandon(client, key, retry);
    signal?.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

/** How long a release that failed may take to be marked so, in milliseconds; and each request for it. */
const farewell = { signalMs: 30_000, attemptMs: 8_000 };

/**
 * Marks a release failed, also after the operation's own signal was aborted: none stays `running` for ever. That this
 * fails too is passed over, as the error that led here is the one to tell.
 */
export async function markFailed(client: ApiClient, release: number, retry: RequestOptions["retry"]): Promise<void> {
  await patient(client, retry)
    .patch("release", release, { status: "failed", end_timestamp: new Date() })
    .catch(() => undefined);
}

/** Marks a release failed that may or may not have been made. */
async function abandon(
  client: ApiClient,
  key: Record<string, string | number | Date>,
  retry: RequestOptions["retry"],
): Promise<void> {
  const api = patient(client, retry);
  const wanted = { $select: "id", $top: 1 };
  const [made] = await api.list<Release>("release", { ...key, status: "running" }, wanted).catch(() => []);
  if (made) await markFailed(client, made.id, retry);
}

/** With more patience than else: an API that is away for a moment is to know in the end. */
export function patient(client: ApiClient, retry: RequestOptions["retry"]): Api {
  return new Api(client, {
    retry: { ...retry, attempts: 2 * (retry?.attempts ?? 5), maxDelayMs: 5_000 },
    signal: timeLimit(farewell.signalMs),
    attemptMs: farewell.attemptMs,
  });
}

/** The API answers a release without a composition with 500, and no word. */
function checkComposition(composition: Composition): void {
  const { services } = (composition ?? {}) as Partial<Composition>;
  if (services && typeof services === "object" && !Array.isArray(services)) return;
  throw new ReleaseError("RELEASE_BAD_VALUE", "the composition has no map of `services`", {
    hint: "give one as `load` or `normalize` of @slipway/compose makes it",
  });
}

async function findUser(api: Api, id: number): Promise<void> {
  if (await api.find("user", id, { $select: "id" })) return;
  throw new ReleaseError("RELEASE_USER_NOT_FOUND", `the API knows no user ${id}`, { hint: unseen });
}

async function findApplication(api: Api, id: number): Promise<void> {
  if (await api.find<Application>("application", id, { $select: "id" })) return;
  throw new ReleaseError("RELEASE_APPLICATION_NOT_FOUND", `the API knows no application ${id}`, { hint: unseen });
}

// An API hides what the asker may not see.
const unseen = "check the id; the API answers the same where the token is missing or may not see it";

async function addService(
  api: Api,
  release: number,
  application: number,
  name: string,
  { labels, environment }: NonNullable<Composition["services"][string]>,
  contract: object | undefined,
): Promise<Image> {
  const key = { application, service_name: name };
  const there = await api.find<Service>("service", key, { $select: "id" });
  const service = there ?? (await api.create<Service>("service", key, key));
  const start_timestamp = new Date();
  const made = await api.create<Image>(
    "image",
    {
      is_a_build_of__service: service.id,
      status: "running",
      start_timestamp,
      ...(contract ? { contract } : {}),
    },
    { is_a_build_of__service: service.id, start_timestamp },
  );
  // An API that answers with the id alone tells the rest when it is asked.
  const image = made.is_stored_at__image_location ? made : await api.find<Image>("image", made.id);
  if (!image?.is_stored_at__image_location) {
    throw new ReleaseError("RELEASE_BAD_ANSWER", `the API doesn't say where the image of ${name} is to be stored`);
  }
  const part = { is_part_of__release: release, image: image.id };
  const releaseImage = await api.create<ReleaseImage>("image__is_part_of__release", part, part);
  await allOrFirstError([
    ...readAssignments(labels).map(([label_name, value]) => {
      const of = { release_image: releaseImage.id, label_name };
      return api.create("image_label", { ...of, value }, of);
    }),
    ...readAssignments(environment).map(([variable, value]) => {
      const of = { release_image: releaseImage.id, name: variable };
      return api.create("image_environment_variable", { ...of, value }, of);
    }),
  ]);
  return image;
}

/** All results, or the first error once nothing is under way any more. */
async function allOrFirstError<Result>(calls: readonly Promise<Result>[]): Promise<Result[]> {
  await Promise.allSettled(calls);
  return Promise.all(calls);
}
