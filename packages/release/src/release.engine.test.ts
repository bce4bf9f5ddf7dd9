import { type Cloud, startCloud } from "@slipway/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Fate, type Proxy, startProxy } from "../test/proxy.ts";
import { create, type CreateRequest } from "./create.ts";
import { addLabels, fail, finalize, tag, updateImage, updateRelease } from "./change.ts";
import type { ApiClient } from "./api-client.ts";
import { apiClient } from "./fetch-client.ts";
import { fleetOf, userOf } from "./look-up.ts";
import { BadRequestError, UnauthorisedError } from "./response-errors.ts";

// A real API: pinejs over PostgreSQL.
let cloud: Cloud;
let client: ApiClient;
let proxy: Proxy;
let fleets = 0;
let application: number;

beforeAll(async () => {
  cloud = await startCloud("registry.test:5000");
  client = apiClient({ url: cloud.url, token: cloud.token });
});
afterAll(() => cloud?.remove());
beforeEach(async () => {
  proxy = await startProxy(cloud.url);
  application = await cloud.fleet(`org/fleet-${fleets++}`);
  return () => proxy.close();
});

const composition = {
  services: {
    web: { labels: { "io.balena.features.dbus": 1, zero: 0, empty: null }, environment: { PORT: 80, NONE: null } },
    db: { environment: ["A=b=c", "BARE"] },
  },
};

function request(change: Partial<CreateRequest> = {}): CreateRequest {
  const base = {
    url: proxy.url,
    token: cloud.token,
    user: 1,
    application,
    source: "test",
    commit: "0123abcd",
    composition,
  };
  return { ...base, retry: { delayMs: 1 }, ...change } as CreateRequest;
}

async function all(resource: string, filter: Record<string, unknown> = {}): Promise<Record<string, unknown>[]> {
  return (await client.get({ resource, options: { $filter: filter as never } })) as never;
}

interface Recorded {
  readonly image: readonly [{ readonly is_a_build_of__service: readonly [{ readonly service_name: string }] }];
  readonly image_label: readonly { readonly label_name: string; readonly value: string }[];
  readonly image_environment_variable: readonly { readonly name: string; readonly value: string }[];
}

/** What the cloud has of a release: services by name, with labels and variables. */
async function recorded(release: number): Promise<unknown> {
  const $expand = {
    image: { $expand: { is_a_build_of__service: { $select: "service_name" } } },
    image_label: {},
    image_environment_variable: {},
  };
  const options = { $filter: { is_part_of__release: release }, $expand } as never;
  const found = (await client.get({ resource: "image__is_part_of__release", options })) as unknown as Recorded[];
  return found
    .map(({ image, image_label, image_environment_variable }) => ({
      service: image[0].is_a_build_of__service[0].service_name,
      labels: Object.fromEntries(image_label.map(({ label_name, value }) => [label_name, value])),
      environment: Object.fromEntries(image_environment_variable.map(({ name, value }) => [name, value])),
    }))
    .toSorted((a, b) => (a.service < b.service ? -1 : 1));
}

const asRecorded = [
  { service: "db", labels: {}, environment: { A: "b=c", BARE: "" } },
  {
    service: "web",
    labels: { "io.balena.features.dbus": "1", zero: "0", empty: "" },
    environment: { PORT: "80", NONE: "" },
  },
];

/** How many resources of each kind a fleet's releases have made. */
async function counts(): Promise<unknown> {
  const releases = await all("release", { belongs_to__application: application });
  const parts = await all("image__is_part_of__release", {
    is_part_of__release: { $in: releases.map(({ id }) => id) },
  });
  return { releases: releases.map(({ status }) => status), parts: parts.length };
}

describe("create", () => {
  it("makes all resources, in the order of the older clients", async () => {
    const { release, serviceImages } = await create(request({ is_final: true, semver: "1.2.3" }));
    expect(release).toMatchObject({ commit: "0123abcd", status: "running", raw_version: "1.2.3", is_final: true });
    expect(Object.keys(serviceImages)).toEqual(["web", "db"]);
    expect(serviceImages["web"]?.is_stored_at__image_location).toMatch(/^registry\.test:5000\/v2\/[0-9a-f]{32}$/);
    expect(await recorded(release.id)).toEqual(asRecorded);
    const [stored] = await all("release", { id: release.id });
    expect(stored?.["composition"]).toEqual(composition);
    const wire = proxy.seen.map(({ method, path }) => `${method} ${path.replace(/^\/v7\/|[?(].*/g, "")}`);
    expect(wire.slice(0, 3).toSorted()).toEqual(["GET application", "GET user", "POST release"]);
    expect(wire[2]).toBe("POST release");
    // Each service for itself, one request after the other up to its labels and variables.
    const perService = ["GET service", "POST service", "POST image", "POST image__is_part_of__release"];
    expect(wire.filter((line) => perService.includes(line)).toSorted()).toEqual(
      [...perService, ...perService].toSorted(),
    );
    for (const [i, line] of perService.slice(1).entries()) {
      expect(wire.indexOf(line)).toBeGreaterThan(wire.indexOf(perService[i] as string));
    }
    const rest = wire
      .slice(3)
      .filter((line) => !perService.includes(line))
      .toSorted();
    expect(rest).toEqual([
      ...Array<string>(4).fill("POST image_environment_variable"),
      ...Array<string>(3).fill("POST image_label"),
    ]);
  });

  it("never has more than 5 requests under way", async () => {
    const environment = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`V${i}`, i]));
    const services = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`s${i}`, { environment }]));
    await create(request({ composition: { services } }));
    expect(Math.max(...proxy.seen.map(({ underWay }) => underWay))).toBe(5);
  });

  it("finds services that are there, and those that another makes at the same moment", async () => {
    const made = await Promise.all(["a", "b", "c", "d"].map((commit) => create(request({ commit }))));
    expect(await all("service", { application })).toHaveLength(2);
    for (const { release } of made) expect(await recorded(release.id)).toEqual(asRecorded);
    proxy.seen.length = 0;
    await create(request({ commit: "e" }));
    expect(proxy.seen.filter(({ method, path }) => method === "POST" && path.startsWith("/v7/service"))).toEqual([]);
  });

  it("tells a user from a fleet that isn't there, and makes nothing", async () => {
    await expect(create(request({ user: 999 }))).rejects.toMatchObject({ code: "RELEASE_USER_NOT_FOUND" });
    await expect(create(request({ application: 99_999 }))).rejects.toMatchObject({
      code: "RELEASE_APPLICATION_NOT_FOUND",
      message: expect.stringContaining("99999"),
    });
    expect(proxy.seen.filter(({ method }) => method !== "GET")).toEqual([]);
  });

  it("says what the API says", async () => {
    const commit = "x".repeat(41);
    const long = create(request({ commit }));
    await expect(long).rejects.toBeInstanceOf(BadRequestError);
    await expect(long).rejects.toMatchObject({
      code: "RELEASE_BAD_REQUEST",
      statusCode: 400,
      message: expect.stringMatching(/Length .* less than or equal to 40/),
    });
    await expect(create(request({ semver: "2" }))).rejects.toThrow("Invalid semver format: 2");
  });

  it("tells a wrong token, which is tried once", async () => {
    const failed = create(request({ token: "wrong" } as never));
    await expect(failed).rejects.toBeInstanceOf(UnauthorisedError);
    await expect(failed).rejects.toMatchObject({
      code: "RELEASE_UNAUTHORISED",
      hint: expect.stringContaining("token"),
    });
    expect(proxy.seen).toHaveLength(2);
  });

  it("a release of which a part is refused ends as failed", async () => {
    const services = { web: { labels: { long: "x".repeat(301) } }, db: {} };
    await expect(create(request({ composition: { services } }))).rejects.toMatchObject({ code: "RELEASE_BAD_REQUEST" });
    expect(await counts()).toEqual({ releases: ["failed"], parts: 2 });
  });

  it("an abort ends the release as failed too", async () => {
    const stop = new AbortController();
    proxy.decide = ({ path }) => {
      if (path.startsWith("/v7/image_label")) stop.abort(new Error("enough"));
      return "pass";
    };
    await expect(create(request({ signal: stop.signal }))).rejects.toThrow("enough");
    expect(await counts()).toMatchObject({ releases: ["failed"] });
  });

  it("an abort while the release is being made doesn't leave it running", async () => {
    const stop = new AbortController();
    proxy.decide = ({ method, path }) => {
      if (method === "POST" && path.startsWith("/v7/release")) stop.abort(new Error("enough"));
      return "pass";
    };
    await expect(create(request({ signal: stop.signal }))).rejects.toThrow("enough");
    expect(await counts()).toEqual({ releases: ["failed"], parts: 0 });
  });

  it("a release whose making was never confirmed isn't left running", async () => {
    proxy.decide = ({ method, path }) =>
      method === "POST" && path.startsWith("/v7/release") ? "done then cut" : "pass";
    await expect(create(request({ retry: { attempts: 1 } }))).rejects.toMatchObject({ code: "RELEASE_UNREACHABLE" });
    expect(await counts()).toEqual({ releases: ["failed"], parts: 0 });
  });

  it("an API that fails at every other request", async () => {
    proxy.decide = (_seen, number) => (number % 2 === 0 ? { status: 500 } : "pass");
    const { release } = await create(request({ retry: { delayMs: 1, attempts: 20 } }));
    expect(await counts()).toEqual(once);
    expect(await recorded(release.id)).toEqual(asRecorded);
  });

  it("an API that answers a new image with its id alone is asked where it is stored", async () => {
    const bare: typeof fetch = async (url, init) => {
      const answer = await fetch(url, init);
      if (init?.method !== "POST" || typeof url !== "string" || !url.endsWith("/image")) return answer;
      return Response.json({ id: ((await answer.json()) as { id: number }).id }, { status: 201 });
    };
    const own = apiClient({ url: proxy.url, token: cloud.token, fetch: bare });
    const { serviceImages } = await create({ ...request(), client: own });
    expect(serviceImages["web"]?.is_stored_at__image_location).toMatch(/^registry\.test:5000\/v2\//);
  });

  it("a composition that is none is refused before anything is sent", async () => {
    for (const none of [undefined, {}, { services: [] }] as never[]) {
      await expect(create(request({ composition: none }))).rejects.toMatchObject({ code: "RELEASE_BAD_VALUE" });
    }
    expect(proxy.seen).toEqual([]);
  });

  const once = { releases: ["running"], parts: 2 };
  it.each<[string, Fate]>([
    ["fails before it does anything", { status: 503 }],
    ["wants less haste", { status: 429, retryAfter: "0" }],
    ["cuts the connection", "cut"],
    ["does it, and cuts the connection before it says so", "done then cut"],
  ])("each resource is made once where the API, at every third request, %s", async (_, fate) => {
    proxy.decide = (_seen, number) => (number % 3 === 0 ? fate : "pass");
    const { release } = await create(request({ retry: { delayMs: 1, attempts: 8 } }));
    expect(await counts()).toEqual(once);
    expect(await recorded(release.id)).toEqual(asRecorded);
    expect(proxy.seen.length).toBeGreaterThan(20);
  });

  it("an API that hangs is given up on, and asked again", async () => {
    proxy.decide = (_seen, number) => (number === 3 ? "hang" : "pass");
    const client = apiClient({ url: proxy.url, token: cloud.token, timeoutMs: 300 });
    const { release } = await create({ ...request(), client });
    expect(await recorded(release.id)).toEqual(asRecorded);
    expect(await counts()).toEqual(once);
  });

  it("an API that nobody reaches is said to be so", async () => {
    const gone = await startProxy(cloud.url);
    await gone.close();
    await expect(create(request({ url: gone.url } as never))).rejects.toMatchObject({
      code: "RELEASE_UNREACHABLE",
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });

  it("four finals of one version at once are four revisions", async () => {
    const made = await Promise.all(
      ["a", "b", "c", "d"].map((commit) => create(request({ commit, semver: "2.0.0", is_final: true }))),
    );
    const versions = made.map(({ release }) => release.raw_version).toSorted();
    expect(versions).toEqual(["2.0.0", "2.0.0+rev1", "2.0.0+rev2", "2.0.0+rev3"]);
    const draft = await create(request({ commit: "e", semver: "2.0.0" }));
    expect(draft.release.raw_version).toMatch(/^2\.0\.0-\d+$/);
  });
});

describe("looking things up", () => {
  const access = (): { url: string; token: string } => ({ url: `${proxy.url}/v7/`, token: cloud.token });

  it("a fleet by its id, slug in any case, and name; an address with the version in it", async () => {
    const { slug } = await fleetOf(access(), (await all("application", { id: application }))[0]?.["slug"] as string);
    for (const fleet of [application, String(application), slug, slug?.toUpperCase(), slug?.split("/")[1]]) {
      expect(await fleetOf(access(), fleet as string)).toMatchObject({ id: application });
    }
  });

  it.each(["actor", "user"])("the user, of an API that doesn't know /%s/v1/whoami", async (unknown) => {
    proxy.decide = ({ path }) => {
      if (path.startsWith("/actor/") || path.startsWith(`/${unknown}/`)) return { status: 404 };
      return "pass";
    };
    expect(await userOf(access())).toBe(1);
  });
});

describe("changes", () => {
  it("an image and its release to success; a second success of the commit is refused in the API's words", async () => {
    const { release, serviceImages } = await create(request());
    const client = apiClient({ url: proxy.url, token: cloud.token });
    const end = { status: "success", end_timestamp: new Date() } as const;
    const image = serviceImages["web"]?.id as number;
    await expect(updateImage(client, image, end)).rejects.toThrow(/has a push timestamp/);
    const content_hash = `sha256:${"0".repeat(64)}`;
    const change = {
      ...end,
      push_timestamp: new Date(),
      content_hash,
      image_size: 5_000_000_000,
      project_type: "Standard Dockerfile",
    };
    await updateImage(client, image, change);
    await updateRelease(client, release.id, end);
    expect(await all("image", { id: image })).toMatchObject([
      { status: "success", content_hash, image_size: "5000000000" },
    ]);
    const second = await create(request());
    await expect(updateRelease(client, second.release.id, end)).rejects.toMatchObject({ code: "RELEASE_BAD_REQUEST" });
    await expect(updateImage(client, image, { project_type: "Other" })).rejects.toMatchObject({
      code: "RELEASE_BAD_REQUEST",
    });
  });

  it("finalize, fail, tag, addLabels", async () => {
    const access = { url: proxy.url, token: cloud.token };
    const { release, serviceImages } = await create(request());
    await finalize(access, release.id);
    await tag(access, release.id, { one: "1", two: "2" });
    await tag(access, release.id, { two: "zwei" });
    const image = serviceImages["db"]?.id as number;
    await addLabels(access, { release: release.id, image }, { a: "b", zero: 0 });
    await fail(access, release.id);
    expect(await all("release", { id: release.id })).toMatchObject([{ is_final: true, status: "failed" }]);
    const tags = await all("release_tag", { release: release.id });
    expect(tags.map(({ tag_key, value }) => `${String(tag_key)}=${String(value)}`).toSorted()).toEqual([
      "one=1",
      "two=zwei",
    ]);
    await addLabels(access, { release: release.id, image }, { a: "c" });
    expect(await recorded(release.id)).toMatchObject([{ service: "db", labels: { a: "c", zero: "0" } }, {}]);
    await expect(addLabels(access, { release: release.id, image: 99_999 }, { a: "b" })).rejects.toMatchObject({
      code: "RELEASE_NOT_FOUND",
    });
  });
});
