import { timeLimit } from "@slipway/run";
import { Api, type RequestOptions } from "./api.ts";
import type { ApiClient } from "./api-client.ts";
import { type Assignments, readAssignments } from "./assignments.ts";
import { type ApiOptions, apiClient } from "./fetch-client.ts";
import { ReleaseError } from "./release-error.ts";
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
  const release = await api.create<Release>("release", body, { belongs_to__application, commit, start_timestamp });
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

/** How long a release that failed may take to be marked so, in milliseconds. */
const farewell = 30_000;

/**
 * Marks a release failed, also after the operation's own signal was aborted: none stays `running` for ever. That this
 * fails too is passed over, as the error that led here is the one to tell.
 */
export async function markFailed(client: ApiClient, release: number, retry: RequestOptions["retry"]): Promise<void> {
  // With more patience than else: an API that is away for a moment is to know in the end.
  const patient = { ...retry, attempts: 2 * (retry?.attempts ?? 5), maxDelayMs: 5_000 };
  const api = new Api(client, { retry: patient, signal: timeLimit(farewell) });
  await api.patch("release", release, { status: "failed", end_timestamp: new Date() }).catch(() => undefined);
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
  const image = await api.create<Image>(
    "image",
    {
      is_a_build_of__service: service.id,
      status: "running",
      start_timestamp,
      ...(contract ? { contract } : {}),
    },
    { is_a_build_of__service: service.id, start_timestamp },
  );
  const part = { is_part_of__release: release, image: image.id };
  const releaseImage = await api.create<ReleaseImage>("image__is_part_of__release", part, part);
  await allOrFirstError([
    ...readAssignments(labels).map(([label_name, value]) => addLabel(api, releaseImage.id, label_name, value)),
    ...readAssignments(environment).map(([variable, value]) => {
      const of = { release_image: releaseImage.id, name: variable };
      return api.create("image_environment_variable", { ...of, value }, of);
    }),
  ]);
  return image;
}

/** Hangs a label on an image of a release. */
export async function addLabel(api: Api, release_image: number, label_name: string, value: string): Promise<void> {
  await api.create("image_label", { release_image, label_name, value }, { release_image, label_name });
}

/** All results, or the first error once nothing is under way any more. */
async function allOrFirstError<Result>(calls: readonly Promise<Result>[]): Promise<Result[]> {
  await Promise.allSettled(calls);
  return Promise.all(calls);
}
