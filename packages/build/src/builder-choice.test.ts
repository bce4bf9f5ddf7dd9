import { parse } from "@slipway/dockerfile";
import { expect, test } from "vitest";
import type { BuildOptions } from "./build-options.ts";
import { chooseBuilder } from "./builder-choice.ts";

const old = { buildkit: true, kind: "docker", version: "20.10.24", apiVersion: "1.41" };
const recent = { buildkit: true, kind: "docker", version: "28.0.0", apiVersion: "1.48" };
const balena = { buildkit: false, kind: "balenaEngine", version: "20.10.43", apiVersion: "1.41" };
const registryAuth = { "registry.example": { username: "u", password: "p" } };
const ignoresMemory = "the BuildKit of docker 20.10.24 ignores the option `memory`";
const noNetwork = "BuildKit's `networkMode` is default, none or host, and `my-net` was given";

test.each<[BuildOptions, typeof old, string, string]>([
  [{}, old, "buildkit", "docker 20.10.24 has BuildKit"],
  [{ builder: "auto" }, balena, "classic", "balenaEngine 20.10.43 has no BuildKit"],
  [{ registryAuth }, old, "buildkit", "docker 20.10.24 has BuildKit"],
  [{ builder: "classic" }, old, "classic", "the classic builder was asked for"],
  [{ builder: "buildkit" }, old, "buildkit", "BuildKit was asked for"],
  [{ memory: 1e8 }, old, "classic", ignoresMemory],
  [{ networkMode: "my-net" }, recent, "classic", noNetwork],
  [{ networkMode: "none" }, old, "buildkit", "docker 20.10.24 has BuildKit"],
  [{ shmSize: 1e8 }, old, "classic", "the BuildKit of docker 20.10.24 ignores the option `shmSize`"],
  [{ shmSize: 1e8, ulimits: { nofile: 5 } }, recent, "buildkit", "docker 28.0.0 has BuildKit"],
  [{ secrets: {}, cacheTo: ["inline"] }, old, "buildkit", "docker 20.10.24 has BuildKit"],
])("%o on %o: %s, %s", (options, engine, builder, reason) => {
  expect(chooseBuilder(options, engine)).toEqual({ builder, reason });
});

test("podman 4 has no host-gateway", () => {
  const podman = { buildkit: false, kind: "podman", version: "4.3.1", apiVersion: "1.41" };
  expect(() => chooseBuilder({ extraHosts: ["a:host-gateway"] }, podman)).toThrow("knows no host-gateway");
  expect(chooseBuilder({ extraHosts: ["a:1.2.3.4"] }, podman).builder).toBe("classic");
});

test.each(["windows/amd64", "Windows", "foo/bar"])("an image for %s is refused by an engine of linux", (platform) => {
  expect(() => chooseBuilder({ platform }, { ...old, os: "linux" })).toThrow("builds for linux, and the platform");
});

test.each(["linux/arm64", "linux", "arm64", "Linux/amd64"])("an image for %s is tried", (platform) => {
  expect(chooseBuilder({ platform }, { ...old, os: "linux" }).builder).toBe("buildkit");
});

test.each<[BuildOptions, typeof old, string[]]>([
  [
    { builder: "buildkit" },
    balena,
    ["BUILD_NEEDS_BUILDKIT: BuildKit was asked for, but balenaEngine 20.10.43 has none"],
  ],
  [
    { builder: "buildkit", memory: 1e8, networkMode: "my-net" },
    old,
    [`BUILD_NOT_SUPPORTED: ${ignoresMemory}`, `BUILD_NOT_SUPPORTED: ${noNetwork}`],
  ],
  [{ memory: 1e8, secrets: { a: { value: "x" } } }, old, [`BUILD_NOT_SUPPORTED: ${ignoresMemory}`]],
  [
    { ssh: { default: "agent" }, inlineCache: true },
    balena,
    [
      "BUILD_NEEDS_BUILDKIT: the classic builder cannot do the option `ssh`",
      "BUILD_NEEDS_BUILDKIT: the classic builder cannot do the option `inlineCache`",
    ],
  ],
  [
    { cacheTo: ["inline", "type=local,dest=/x"], cacheFrom: ["a:1", "type=registry,ref=b", "type=gha"] },
    recent,
    [
      "BUILD_NEEDS_BUILDKIT: the classic builder cannot do the option `cacheTo`",
      "BUILD_NOT_SUPPORTED: engines take images as cache, and `cacheFrom` has `type=gha`",
    ],
  ],
])("%o on %o is refused, each reason said", (options, engine, expected) => {
  const fixed = options.cacheTo ? { ...options, builder: "classic" as const } : options;
  try {
    chooseBuilder(fixed, engine);
    expect.unreachable();
  } catch (error) {
    const { problems } = error as { problems: { code: string; message: string }[] };
    expect(problems.map(({ code, message }) => `${code}: ${message}`)).toEqual(expected);
  }
});

test("a cache that an engine cannot export is refused", () => {
  expect(() => chooseBuilder({ builder: "buildkit", cacheTo: ["type=local,dest=/x"] }, recent)).toThrow(
    expect.objectContaining({ code: "BUILD_NOT_SUPPORTED", message: expect.stringContaining("`inline` only") }),
  );
});

const mounts = "FROM a\nRUN --mount=type=cache,target=/c \\\n  make\nCOPY --chmod=755 a b\n";
const heredoc = "FROM a\nRUN <<EOF\nmake\nEOF\nCOPY --link a b\nRUN --network=none true\n";

test("what a Dockerfile needs decides too, and is refused with its place", () => {
  const tree = parse(mounts, { file: "Dockerfile" });
  expect(chooseBuilder({}, old, tree)).toMatchObject({ builder: "buildkit" });
  const refusals = (run: () => unknown): string[] => {
    try {
      run();
    } catch (error) {
      const { problems } = error as {
        problems: { code: string; message: string; range: { start: { line: number } } }[];
      };
      return problems.map(({ code, message, range }) => `${code} ${range.start.line}: ${message}`);
    }
    return [];
  };
  expect(refusals(() => chooseBuilder({ builder: "classic" }, old, tree))).toEqual([
    "BUILD_NEEDS_BUILDKIT 2: RUN: the classic builder does not know --mount",
    "BUILD_NEEDS_BUILDKIT 4: COPY: the classic builder does not know --chmod",
  ]);
  const newer = parse(heredoc, { file: "Dockerfile" });
  expect(refusals(() => chooseBuilder({}, old, newer))).toEqual([
    "BUILD_NOT_SUPPORTED 2: RUN: the BuildKit of docker 20.10.24 does not know here-documents",
    "BUILD_NOT_SUPPORTED 5: COPY: the BuildKit of docker 20.10.24 does not know --link",
    "BUILD_NOT_SUPPORTED 6: RUN: the BuildKit of docker 20.10.24 does not know --network",
  ]);
  expect(refusals(() => chooseBuilder({}, recent, newer))).toEqual([]);
  const syntax = parse(`# syntax=docker/dockerfile:1\n${heredoc}`);
  expect(refusals(() => chooseBuilder({}, old, syntax))).toEqual([]);
});
