import { expect, test } from "vitest";
import { BuildMetadata } from "./build-metadata.ts";
import type { BuildTask } from "./build-task.ts";
import { taskBuildOptions } from "./task-build-options.ts";

const { signal } = new AbortController();
const credentials = { username: "u", password: "p" };
const buildMetadata = new BuildMetadata({
  variables: { global: { B: "metadata" }, services: { web: { C: "metadata" } } },
  secrets: { global: [{ dest: "key", content: Buffer.from("k") }], services: {} },
  registrySecrets: {
    "docker.io": credentials,
    "from.io": credentials,
    "copy.io:5000": credentials,
    "mount.io": credentials,
    "cache.io": credentials,
    "untouched.io": credentials,
  },
});
const task: BuildTask = { serviceName: "web", external: false, resolved: true, buildMetadata };
const registriesOf = (text: string, own: Partial<BuildTask> = {}): string[] =>
  Object.keys(taskBuildOptions({ ...task, dockerfile: text, ...own }, { signal }).registryAuth ?? {}).toSorted();

// "Every registry credential goes to every build": facts of the older tool, item 7.
test("a build is given the credentials of the registries that it touches, and no others", () => {
  expect(registriesOf("FROM quay.io/x\nRUN make")).toEqual([]);
  expect(registriesOf("FROM from.io/a/b:1@sha256:" + "a".repeat(64) + " AS x\nFROM x")).toEqual(["from.io"]);
  expect(
    registriesOf("ARG R=from.io\nFROM --platform=linux/amd64 ${R}/a aS y\nFROM scratch\nCOPY --from=y a b"),
  ).toEqual(["from.io"]);
  expect(registriesOf("FROM scratch\nCOPY --from=copy.io:5000/a /x /y")).toEqual(["copy.io:5000"]);
  expect(registriesOf("FROM scratch\nRUN --mount=from=mount.io/a,target=/m true")).toEqual(["mount.io"]);
  expect(registriesOf("FROM scratch", { dockerOpts: { cacheFrom: ["cache.io/a"] } })).toEqual(["cache.io"]);
  expect(registriesOf("FROM busybox")).toEqual(["docker.io", "https://index.docker.io/v1/"]);
  expect(registriesOf("FROM\n")).toEqual([]);
});

test("arguments: the metadata's before the composition's, the call's before both; secrets by their mounts' ids", () => {
  const own = { args: { A: "own", B: "own", D: "own" }, dockerOpts: { buildArgs: { A: "opts", E: "opts" } } };
  const options = taskBuildOptions({ ...task, ...own }, { signal, buildArgs: { D: "call" } });
  expect(options).toMatchObject({
    buildArgs: { A: "own", B: "metadata", C: "metadata", D: "call", E: "opts" },
    secrets: { "build-secrets/key": { value: Buffer.from("k") } },
  });
  // "Unlimited mutation of task.dockerOpts": item 8.
  expect(own.dockerOpts).toEqual({ buildArgs: { A: "opts", E: "opts" } });
});

test("secrets of the composition, the metadata and the call stand side by side", () => {
  const own = { dockerOpts: { secrets: { a: { file: "/a" }, b: { file: "/b" } } } };
  const buildOptions = { secrets: { b: { env: "B" } } };
  expect(taskBuildOptions({ ...task, ...own }, { signal, buildOptions }).secrets).toEqual({
    a: { file: "/a" },
    b: { env: "B" },
    "build-secrets/key": { value: Buffer.from("k") },
  });
});
