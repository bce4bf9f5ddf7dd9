import { isSlipwayError, type SlipwayError } from "@slipway/errors";
import { expect, test } from "vitest";
import { fixtureProject } from "../test/fixture-project.ts";
import { projectTasks } from "./project-tasks.ts";

test("a task of a service that is built", () => {
  const project = fixtureProject({
    web: {
      platform: "linux/arm64",
      build: {
        context: "./web",
        dockerfile: "docker/prod",
        args: { A: "1", EMPTY: "", UNSET: null },
        labels: { mine: "x" },
        target: "final",
        cache_from: ["cache:1"],
        extra_hosts: ["db=10.0.0.1", "v6=::1"],
        network: "host",
        shm_size: "1048576",
        no_cache: true,
        pull: true,
        tags: ["other:1"],
        privileged: false,
        ulimits: {},
      },
    },
  });
  expect(projectTasks(project)).toEqual([
    {
      serviceName: "web",
      external: false,
      resolved: false,
      context: "web",
      dockerPlatform: "linux/arm64",
      dockerfilePath: "docker/prod",
      args: { A: "1", EMPTY: "" },
      labels: { mine: "x", "com.docker.compose.project": "shop", "com.docker.compose.service": "web" },
      tag: "shop-web",
      dockerOpts: {
        target: "final",
        cacheFrom: ["cache:1"],
        extraHosts: ["db:10.0.0.1", "v6:::1"],
        networkMode: "host",
        shmSize: 1_048_576,
        noCache: true,
        pull: true,
        tags: ["other:1"],
      },
    },
  ]);
});

test("an image of its own name; one from elsewhere; one platform of `platforms`", () => {
  const project = fixtureProject({
    named: { image: "me/named:2", build: { context: ".", platforms: ["linux/arm/v7"] } },
    db: { image: "postgres:16", platform: "linux/amd64" },
  });
  expect(projectTasks(project)).toMatchObject([
    { tag: "me/named:2", dockerPlatform: "linux/arm/v7" },
    { serviceName: "db", external: true, imageName: "postgres:16", dockerPlatform: "linux/amd64" },
  ]);
});

test("build secrets are a file or a variable, by the name that the Dockerfile mounts", () => {
  const project = fixtureProject({ a: { build: { context: ".", secrets: [{ source: "f" }, { source: "e" }] } } });
  Object.assign(project.secrets, { f: { name: "f", file: "/s/f" }, e: { name: "e", environment: "E" } });
  expect(projectTasks(project)[0]?.dockerOpts).toEqual({ secrets: { f: { file: "/s/f" }, e: { env: "E" } } });
});

test("what `build` says reaches the builder's options", () => {
  const build = {
    context: ".",
    cache_from: ["a"],
    cache_to: ["type=inline"],
    extra_hosts: ["x=1.2.3.4", "v6=::1"],
    network: "host",
    entitlements: ["network.host"],
    shm_size: "1048576",
    ulimits: { nofile: { soft: 1, hard: 2 }, nproc: 3 },
    ssh: ["default", "key=/nowhere/key"],
    secrets: [{ source: "s", target: "other" }],
    provenance: "false",
    no_cache: true,
    pull: true,
    tags: ["t:1"],
    target: "stage",
  };
  const project = fixtureProject({ a: { build } });
  Object.assign(project.secrets, { s: { name: "s", file: "/s/f" } });
  expect(projectTasks(project)[0]?.dockerOpts).toEqual({
    cacheFrom: ["a"],
    cacheTo: ["type=inline"],
    extraHosts: ["x:1.2.3.4", "v6:::1"],
    networkMode: "host",
    shmSize: 1048576,
    ulimits: { nofile: { soft: 1, hard: 2 }, nproc: 3 },
    ssh: { default: "agent", key: { keys: ["/nowhere/key"] } },
    secrets: { other: { file: "/s/f" } },
    noCache: true,
    pull: true,
    tags: ["t:1"],
    target: "stage",
  });
});

test.each([
  ["privileged", true],
  ["entitlements", ["security.insecure"]],
  ["isolation", "hyperv"],
  ["no_cache_filter", ["x"]],
  ["provenance", "mode=max"],
  ["sbom", "true"],
  ["additional_contexts", { a: "oci-layout:///x" }],
  ["additional_contexts", { a: "https://x.invalid/y.git" }],
  ["additional_contexts", { a: "service:none" }],
])("`build.%s: %j` is refused by its service and field", (field, value) => {
  const project = fixtureProject({ web: { build: { context: ".", [field]: value } } });
  expect(() => projectTasks(project)).toThrow(
    expect.objectContaining({
      message: expect.stringMatching(new RegExp(`^service web: .*${field}`)),
      problems: [expect.objectContaining({ path: expect.stringContaining(`services.web.build.${field}`) })],
    }),
  );
});

test("additional contexts bring the services that they name, and make images of folders, one for each", () => {
  const project = fixtureProject({
    base: { build: { context: "base" } },
    other: { image: "other" },
    web: { build: { context: "web", additional_contexts: { b: "service:base", l: "lib", i: "docker-image://x:1" } } },
    api: { build: { context: "api", additional_contexts: { again: "lib" } } },
  });
  const tasks = projectTasks(project, { services: ["web", "api"], archiveOf: "" });
  expect(tasks.map(({ serviceName, helper = false }) => [serviceName, helper])).toEqual([
    ["web", false],
    ["api", false],
    ["base", false],
    ["additional context lib", true],
  ]);
  const [web, api, base, lib] = tasks;
  expect(web?.namedImages).toEqual({ b: base?.tag, l: lib?.tag, i: "x:1" });
  expect(web?.neededServices).toEqual(["base"]);
  expect(api?.namedImages).toEqual({ again: lib?.tag });
});

test("only the services that are wanted", () => {
  const project = fixtureProject({ a: { image: "a" }, b: { build: { context: "../b" } } });
  expect(projectTasks(project, { services: ["a"] }).map(({ serviceName }) => serviceName)).toEqual(["a"]);
});

test("everything that cannot be built is told at once", () => {
  const project = fixtureProject({
    web: { build: { context: "../web", secrets: [{ source: "s" }], privileged: true } },
    api: { build: { context: ".", platforms: ["linux/amd64", "linux/arm64"] } },
    none: {},
    Upper: { build: { context: "." } },
    bad: { image: "a:b:c" },
  });
  let error: unknown;
  try {
    projectTasks(project, { services: ["web", "api", "none", "Upper", "bad", "wbe"] });
  } catch (thrown) {
    error = thrown;
  }
  expect(isSlipwayError(error)).toBe(true);
  expect((error as SlipwayError).problems.map(({ code, path, hint }) => [code, path ?? hint])).toEqual([
    ["MULTIBUILD_CONTEXT_OUTSIDE", "services.web.build.context"],
    ["MULTIBUILD_UNSUPPORTED", "services.web.build.privileged"],
    ["MULTIBUILD_UNSUPPORTED", "services.web.build.secrets"],
    ["MULTIBUILD_UNSUPPORTED", "services.api.build.platforms"],
    ["MULTIBUILD_NO_IMAGE", "services.none"],
    ["MULTIBUILD_BAD_IMAGE", "services.Upper"],
    ["MULTIBUILD_BAD_IMAGE", "services.bad.image"],
    ["MULTIBUILD_UNKNOWN_SERVICE", "did you mean `web`?"],
  ]);
});
