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

test("only the services that are wanted", () => {
  const project = fixtureProject({ a: { image: "a" }, b: { build: { context: "../b" } } });
  expect(projectTasks(project, { services: ["a"] }).map(({ serviceName }) => serviceName)).toEqual(["a"]);
});

test("everything that cannot be built is told at once", () => {
  const project = fixtureProject({
    web: { build: { context: "../web", secrets: [{ source: "s" }], ssh: ["default"] } },
    api: { build: { context: ".", platforms: ["linux/amd64", "linux/arm64"] } },
    none: {},
  });
  let error: unknown;
  try {
    projectTasks(project, { services: ["web", "api", "none", "wbe"] });
  } catch (thrown) {
    error = thrown;
  }
  expect(isSlipwayError(error)).toBe(true);
  expect((error as SlipwayError).problems.map(({ code, path, hint }) => [code, path ?? hint])).toEqual([
    ["MULTIBUILD_CONTEXT_OUTSIDE", "services.web.build.context"],
    ["MULTIBUILD_UNSUPPORTED", "services.web.build.ssh"],
    ["MULTIBUILD_UNSUPPORTED", "services.web.build.secrets"],
    ["MULTIBUILD_UNSUPPORTED", "services.api.build.platforms"],
    ["MULTIBUILD_NO_IMAGE", "services.none"],
    ["MULTIBUILD_UNKNOWN_SERVICE", "did you mean `web`?"],
  ]);
});
