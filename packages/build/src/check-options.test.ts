import { expect, test } from "vitest";
import type { BuildOptions } from "./build-options.ts";
import { checkOptions } from "./check-options.ts";

test("every option of the right kind passes, also undefined", () => {
  const options: Required<BuildOptions> = {
    dockerfile: "a/Dockerfile",
    tags: ["a:1"],
    buildArgs: { A: "" },
    labels: {},
    target: "x",
    platform: "linux/arm64",
    noCache: true,
    pull: false,
    cacheFrom: ["a"],
    cacheTo: ["inline"],
    inlineCache: true,
    secrets: { a: { file: "f" }, b: { env: "E" }, c: { value: "" }, d: { value: new Uint8Array() } },
    ssh: { default: "agent", b: { socket: "/s" }, c: { keys: ["k"] } },
    ulimits: { nofile: 1024, core: { soft: 0, hard: -1 } },
    memory: 1e8,
    memorySwap: -1,
    extraHosts: ["a:1.2.3.4"],
    shmSize: 1024,
    networkMode: "none",
    builder: "auto",
    registryAuth: { "registry.example": { username: "u", password: "p" } },
    description: {
      kind: "docker",
      version: "20.10.24",
      apiVersion: "1.41",
      os: "linux",
      architecture: "amd64",
      platforms: ["linux/amd64"],
      buildkit: true,
      storageDriver: "overlay2",
      rootless: false,
      host: "unix:///var/run/docker.sock",
      source: "default",
    },
    signal: new AbortController().signal,
  };
  expect(() => checkOptions(options)).not.toThrow();
  expect(() => checkOptions({ tags: undefined, registryAuth: () => undefined })).not.toThrow();
});

test("all mistakes at once, without the values, which may be secret", () => {
  const options = {
    tagz: [],
    constructor: 1,
    buildArgs: { TOKEN: 12345678 },
    builder: "kaniko",
    registryAuth: { "registry.example": { username: "u", password: 12345678 } },
    shmSize: 1.5,
    secrets: { a: { file: "f", env: "E" } },
    ssh: { a: { keys: [] } },
    ulimits: { nofile: "12345678" },
  } as unknown as BuildOptions;
  let error: unknown;
  try {
    checkOptions(options);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toMatchObject({
    code: "BUILD_BAD_OPTION",
    problems: [
      { path: "tagz", hint: "did you mean `tags`?" },
      { path: "constructor" },
      { path: "buildArgs", message: "the build option `buildArgs` is not a map from name to text" },
      { path: "builder", message: "the build option `builder` is not auto, buildkit or classic" },
      { path: "registryAuth" },
      { path: "shmSize" },
      { path: "secrets", message: "the build option `secrets` is not a map from id to {file}, {env} or {value}" },
      { path: "ssh" },
      { path: "ulimits" },
    ],
    message: expect.not.stringContaining("12345678"),
  });
});
