import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type ApiClient, apiClient } from "@slipway/release";
import { connect, type Engine } from "@slipway/transport";
import { type Cloud, startCloud, testRegistry, type TestRegistry } from "@slipway/testing";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { main } from "../main.ts";

const runId = `cli-release-${randomBytes(4).toString("hex")}`;
let engine: Engine;
let cloud: Cloud;
let client: ApiClient;
let registry: TestRegistry;
let folder: string;
let fleet: string;
let count = 0;

beforeAll(async () => {
  engine = await connect();
  registry = await testRegistry();
  cloud = await startCloud(registry.domain);
  client = apiClient({ url: cloud.url, token: cloud.token });
  await registry.start({ certificate: path.join(cloud.signing, "cert.pem"), realm: `${cloud.url}/auth/v1/token` });
});
afterAll(async () => {
  await registry?.remove();
  await cloud?.remove();
  const filters = { label: [`dev.slipway.test=${runId}`] };
  for (const { Id } of await engine.docker.listImages({ all: true, filters })) {
    await engine.docker.getImage(Id).remove({ force: true });
  }
  engine.close();
});
beforeEach(async () => {
  fleet = `org/cli-${count++}`;
  await cloud.fleet(fleet);
  folder = await mkdtemp(path.join(tmpdir(), "slipway-cli-release-"));
  await writeFile(path.join(folder, "compose.yaml"), `name: ${runId}\nservices: { web: { build: . } }\n`);
  await writeFile(
    path.join(folder, "Dockerfile"),
    `FROM slipway-base/busybox:1\nLABEL dev.slipway.test=${runId}\nRUN echo ${count}\n`,
  );
});
afterEach(() => rm(folder, { recursive: true }));

async function slipway(
  args: string[],
  env: Record<string, string> = {},
): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ["", ""];
  const code = await main(args, {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    env: { ...process.env, SLIPWAY_API_URL: cloud.url, SLIPWAY_API_TOKEN: cloud.token, ...env },
    cwd: folder,
    signal: new AbortController().signal,
  });
  return { code, out, err };
}

test("deploy, then what the cloud has of it: list, finalize, tag, fail", async () => {
  const deployed = await slipway(["deploy", fleet, "--draft", "--semver", "1.2.3", "-t", "by=test", "--json"]);
  expect([deployed.code, deployed.err]).toEqual([0, expect.stringContaining("web")]);
  const { release, images } = JSON.parse(deployed.out) as { release: { id: number }; images: object };
  expect(release).toMatchObject({
    status: "success",
    is_final: false,
    raw_version: expect.stringMatching(/^1\.2\.3-/),
  });
  expect(images).toMatchObject({ web: { digest: expect.stringMatching(/^sha256:/) } });
  const id = String(release.id);
  expect(await slipway(["release", "finalize", id])).toMatchObject({ code: 0, out: expect.stringContaining("final") });
  expect(await slipway(["release", "tag", id, "a=b", "c=d"])).toMatchObject({ code: 0 });
  const listed = await slipway(["release", "list", fleet, "--json"]);
  expect(JSON.parse(listed.out)).toMatchObject([{ id: release.id, status: "success", is_final: true }]);
  expect(await slipway(["release", "fail", id])).toMatchObject({ code: 0, out: expect.stringContaining("failed") });
  const tags = await client.get({
    resource: "release_tag",
    options: { $filter: { release: release.id } as never },
  });
  expect(tags).toHaveLength(3);
});

test("create records a release for others to push to", async () => {
  const { code, out } = await slipway(["release", "create", fleet, "--commit", "abc"]);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    commit: "abc",
    images: [{ service: "web", location: expect.stringMatching(new RegExp(`^${registry.domain}/v2/`)) }],
  });
});

test("the token may be in a file, is never shown, and a wrong one is told", async () => {
  await writeFile(path.join(folder, "token"), `${cloud.token}\n`);
  expect(await slipway(["release", "list", fleet, "--token-file", "token"], { SLIPWAY_API_TOKEN: "" })).toMatchObject({
    code: 0,
  });
  const wrong = await slipway(["release", "list", fleet], { SLIPWAY_API_TOKEN: "not-the-token" });
  expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining("401") });
  expect(wrong.err).not.toContain("not-the-token");
  expect(await slipway(["release", "list", fleet], { SLIPWAY_API_TOKEN: "" })).toMatchObject({
    code: 2,
    err: expect.stringContaining("--token-file"),
  });
});

test("what devices don't do is told with its place, before anything is built", async () => {
  const text = `name: ${runId}\nservices:\n  web:\n    build: .\n    pull_policy: build\n`;
  await writeFile(path.join(folder, "compose.yaml"), text);
  const refused = await slipway(["deploy", fleet]);
  expect(refused).toMatchObject({
    code: 2,
    err: expect.stringContaining("compose.yaml:5:5: services.web.pull_policy"),
  });
});

test("a release or fleet that isn't there, and what is no id", async () => {
  expect(await slipway(["release", "fail", "99999"])).toMatchObject({ code: 2, err: expect.stringContaining("99999") });
  expect(await slipway(["release", "fail", "abc"])).toMatchObject({ code: 2, err: expect.stringContaining("`abc`") });
  expect(await slipway(["release", "list", "org/none"])).toMatchObject({
    code: 2,
    err: expect.stringContaining("org/none"),
  });
  expect(await slipway(["release", "lst"])).toMatchObject({ code: 2, err: expect.stringContaining("list") });
});

test("push: to a registry, and a compose file by digest", async () => {
  const open = await testRegistry();
  await open.start();
  try {
    expect((await slipway(["build"])).code).toBe(0);
    const { code, out } = await slipway(["push", "--to", `${open.domain}/team`, "-o", "pinned.yaml"]);
    expect([code, out]).toEqual([0, ""]);
    expect(await readFile(path.join(folder, "pinned.yaml"), "utf8")).toContain(
      `image: ${open.domain}/team/web@sha256:`,
    );
  } finally {
    await open.remove();
  }
});
