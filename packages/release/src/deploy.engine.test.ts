import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { load, type Project } from "@slipway/compose";
import { connect, type Engine, pullImage, removeImage } from "@slipway/transport";
import { type Cloud, startCloud, testRegistry, type TestRegistry } from "@slipway/testing";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type Fate, type Proxy, startProxy } from "../test/proxy.ts";
import type { ApiClient } from "./api-client.ts";
import { apiClient } from "./fetch-client.ts";
import { deploy } from "./deploy.ts";
import type { DeployEvent } from "./deploy-event.ts";
import type { DeployOptions } from "./deploy-options.ts";

// A real API, a real registry that knows its tokens, a real engine.
const runId = `release-${randomBytes(4).toString("hex")}`;
const filters = { label: [`dev.slipway.test=${runId}`] };
let engine: Engine;
let cloud: Cloud;
let client: ApiClient;
let registry: TestRegistry;
let proxy: Proxy;
let folder: string;
let fleet: string;
let fleetId: number;
let count = 0;

beforeAll(async () => {
  engine = await connect();
  registry = await testRegistry();
  cloud = await startCloud(registry.domain);
  client = apiClient({ url: cloud.url, token: cloud.token });
  await startRegistry();
});
afterAll(async () => {
  await registry?.remove();
  await cloud?.remove();
  for (const { Id } of await engine.docker.listImages({ all: true, filters })) {
    await engine.docker
      .getImage(Id)
      .remove({ force: true })
      .catch(() => undefined);
  }
  engine.close();
});
beforeEach(async () => {
  proxy = await startProxy(cloud.url);
  fleet = `org/deploy-${count++}`;
  fleetId = await cloud.fleet(fleet);
  folder = await mkdtemp(path.join(tmpdir(), "slipway-deploy-"));
});
afterEach(async () => {
  await proxy.close();
  await rm(folder, { recursive: true });
  const names = await pushNames();
  if (names.length > 0) throw new Error(`pushes left names on the engine: ${names.join(", ")}`);
});

async function startRegistry(): Promise<void> {
  const certificate = path.join(cloud.signing, "cert.pem");
  await registry.start({ certificate, realm: `${cloud.url}/auth/v1/token` });
}

/** Names that pushes leave on the engine. */
async function pushNames(): Promise<string[]> {
  const images = await engine.docker.listImages({ filters });
  return images.flatMap(({ RepoTags }) => RepoTags ?? []).filter((name) => name.startsWith(`${registry.domain}/v2/`));
}

async function project(services: Record<string, string[]>): Promise<Project> {
  const text = ["name: shop", "services:"];
  for (const [name, lines] of Object.entries(services)) {
    await mkdir(path.join(folder, name), { recursive: true });
    const head = `FROM slipway-base/busybox:1\nLABEL dev.slipway.test=${runId}\nENV ONCE=${runId}-${count}\n`;
    await writeFile(path.join(folder, name, "Dockerfile"), `${head}${lines.join("\n")}\n`);
    text.push(`  ${name}: { build: ${name}, labels: { kind: ${name} }, environment: { NAME: ${name} } }`);
  }
  return (await load({ text: `${text.join("\n")}\n`, workingDir: folder } as never)).project;
}

function options(change: Partial<DeployOptions> = {}): DeployOptions {
  const api = { url: proxy.url, token: cloud.token };
  return { api, fleet, engines: engine, source: { directory: folder }, retry: { delayMs: 1 }, ...change };
}

async function all(resource: string, $filter: object): Promise<Record<string, unknown>[]> {
  return (await client.get({ resource, options: { $filter, $orderby: "id asc" } } as never)) as never;
}

async function imagesOf(release: unknown): Promise<Record<string, unknown>[]> {
  const parts = await all("image__is_part_of__release", { is_part_of__release: release });
  const ids = parts.flatMap(({ image }) => Object.values(image as { __id: number }));
  return all("image", { id: { $in: ids } });
}

async function releases(): Promise<Record<string, unknown>[]> {
  return all("release", { belongs_to__application: fleetId });
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}

const two = {
  web: ["RUN printf 'a\\0b\\n' && echo from the build of web && echo web > /who", "CMD cat /who"],
  db: ["RUN echo db > /who"],
};

test("two services: built, pushed, recorded; pulled back by digest they run", async () => {
  const run = deploy(await project(two), options({ semver: "1.0.0", note: "first", tags: { by: "test" } }));
  const events: DeployEvent[] = [];
  for await (const event of run) events.push(event);
  const { release, images } = await run.result;
  expect(release).toMatchObject({ status: "success", raw_version: "1.0.0", is_final: true, note: "first" });
  expect(release.commit).toMatch(/^[0-9a-f]{32}$/);
  expect(await all("release_tag", { release: release.id })).toMatchObject([{ tag_key: "by", value: "test" }]);
  expect(release.composition).toMatchObject({ services: { web: { build: { context: "web" } } } });

  const recorded = await imagesOf(release.id);
  expect(recorded).toHaveLength(2);
  for (const image of recorded) {
    expect(image).toMatchObject({ status: "success", project_type: "Standard Dockerfile" });
    expect(image["dockerfile"]).toContain("FROM slipway-base/busybox:1");
    expect(Number(image["image_size"])).toBeGreaterThan(500_000);
  }
  expect(recorded.map(({ build_log }) => build_log).join("")).toContain("from the build of web\n");

  const { location, digest } = images["web"] ?? { location: "", digest: "" };
  const token = (
    (await (
      await fetch(
        `${cloud.url}/auth/v1/token?service=${registry.domain}&scope=repository:${location.slice(registry.domain.length + 1)}:pull`,
        {
          headers: { authorization: `Bearer ${cloud.token}` },
        },
      )
    ).json()) as { token: string }
  ).token;
  await removeImage(engine, "shop-web");
  await pullImage(engine, `${location}@${digest}`, { auth: { registrytoken: token, serveraddress: registry.domain } });
  const container = await engine.docker.createContainer({
    Image: `${location}@${digest}`,
    Labels: { "dev.slipway.test": runId },
  });
  try {
    await container.start();
    expect(await container.wait()).toEqual({ Error: null, StatusCode: 0 });
    expect(String(await container.logs({ stdout: true }))).toContain("web\n");
  } finally {
    await container.remove({ force: true });
    await removeImage(engine, `${location}@${digest}`);
  }
  expect(new Set(events.map(({ type }) => type))).toEqual(new Set(["build", "release", "push", "pushed"]));
});

test("a build that fails leaves no release", async () => {
  const broken = { ...two, db: ["RUN exit 7"] };
  await expect(deploy(await project(broken), options()).result).rejects.toMatchObject({
    code: "RELEASE_BUILD_FAILED",
    message: expect.stringContaining("service db"),
  });
  expect(await releases()).toEqual([]);
});

test("a commit that was released with other services is refused before anything is built", async () => {
  const commit = randomBytes(20).toString("hex");
  await deploy(await project({ web: two.web }), options({ commit })).result;
  await expect(deploy(await project(two), options({ commit })).result).rejects.toMatchObject({
    code: "RELEASE_CONFLICT",
    hint: expect.stringContaining("commit"),
  });
  expect(await releases()).toMatchObject([{ status: "success" }]);
});

test("what the API would refuse is said before anything is built, all at once", async () => {
  const bad = { commit: "x".repeat(41), semver: "one" };
  const failed = deploy(await project(two), options(bad)).result;
  await expect(failed).rejects.toMatchObject({ code: "RELEASE_BAD_VALUE", problems: { length: 2 } });
  expect(proxy.seen).toEqual([]);
});

test("a fleet that isn't there", async () => {
  const failed = deploy(await project(two), options({ fleet: "org/none" })).result;
  await expect(failed).rejects.toMatchObject({ code: "RELEASE_APPLICATION_NOT_FOUND" });
});

test("a registry that goes away in the middle: failed; the same commit goes on with what is missing", async () => {
  const commit = randomBytes(20).toString("hex");
  // The second image isn't given its token before the first is recorded, and the registry is gone then.
  const { promise: recorded, resolve: isRecorded } = withResolvers();
  let tokens = 0;
  proxy.decide = async ({ path: where }): Promise<Fate> => {
    if (where.startsWith("/auth/v1/token") && ++tokens === 2) {
      await recorded;
      await registry.stop();
    }
    return "pass";
  };
  const made = await project(two);
  const run = deploy(made, options({ commit, draft: true }));
  const iterate = async (): Promise<void> => {
    for await (const event of run) if (event.type === "pushed") isRecorded();
  };
  await expect(iterate()).rejects.toMatchObject({ code: "TRANSPORT_PUSH_FAILED" });
  const [release1] = await releases();
  expect(release1).toMatchObject({ status: "failed", commit });
  const statuses = (await imagesOf(release1?.["id"])).map(({ status }) => status);
  expect(statuses.toSorted()).toEqual(["failed", "success"]);
  await startRegistry();
  proxy.seen.length = 0;
  const events: DeployEvent[] = [];
  const again = deploy(made, options({ commit, draft: true }));
  for await (const event of again) events.push(event);
  const { release, images } = await again.result;
  expect(release.id).toBe(release1?.["id"]);
  expect(await releases()).toMatchObject([{ id: release.id, status: "success", is_final: false }]);
  const [there, ...others] = Object.keys(images).filter((service) => images[service]?.there);
  expect(others).toEqual([]);
  expect(events.some((event) => event.type === "build" && event.service === there)).toBe(false);
  expect(proxy.seen.filter(({ method }) => method === "POST")).toEqual([]);
});

test("Ctrl-C while images are pushed: the release is failed, and its images are no longer running", async () => {
  const stop = new AbortController();
  const made = await project({ ...two, db: ["RUN head -c 30000000 /dev/urandom > /big"] });
  const run = deploy(made, options({ signal: stop.signal }));
  const iterate = async (): Promise<void> => {
    for await (const event of run) if (event.type === "push" && event.service === "db") stop.abort(new Error("Ctrl-C"));
  };
  await expect(iterate()).rejects.toThrow("Ctrl-C");
  const [release] = await releases();
  expect(release).toMatchObject({ status: "failed" });
  for (const { status } of await imagesOf(release?.["id"])) expect(["cancelled", "success"]).toContain(status);
});

test.each([
  ["fails at every 4th request", { status: 500 }],
  ["cuts every 4th request off once it is done", "done then cut"],
] as const)("an API that %s: success, and each resource once", async (_, fate) => {
  proxy.decide = (_seen, number) => (number % 4 === 0 ? fate : "pass");
  const { release } = await deploy(await project(two), options({ retry: { delayMs: 1, attempts: 8 } })).result;
  expect(await releases()).toMatchObject([{ id: release.id, status: "success" }]);
  expect(await imagesOf(release.id)).toHaveLength(2);
});

test("an API that is gone for good once the release is made: an error, and no hang", async () => {
  let made = false;
  proxy.decide = ({ method, path: where }) => {
    if (made) return "cut";
    made = method === "POST" && where.startsWith("/v7/image__is_part_of__release");
    return "pass";
  };
  const failed = deploy(await project(two), options()).result;
  await expect(failed).rejects.toMatchObject({ code: "RELEASE_UNREACHABLE" });
});
