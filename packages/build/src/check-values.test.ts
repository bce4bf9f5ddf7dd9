import { expect, test } from "vitest";
import { extraHost } from "./extra-host.ts";
import type { BuildOptions } from "./build-options.ts";
import { valueProblems } from "./check-values.ts";

const paths = (options: BuildOptions): string[] => valueProblems(options).map(({ path }) => path ?? "");

test("values that an engine takes", () => {
  expect(
    valueProblems({
      tags: ["a", "registry.example:5000/b/c:1.0_x"],
      cacheFrom: ["a:1", "type=registry,ref=b:2", `c@sha256:${"0".repeat(64)}`, "type=gha"],
      platform: "linux/arm/v7",
      extraHosts: ["a:1.2.3.4", "b=::1", "c:[::1]", "d:host-gateway"],
      ulimits: { nofile: 10, nproc: { soft: 1, hard: -1 }, core: -1 },
      memory: 6 * 1024 * 1024,
      memorySwap: 6 * 1024 * 1024,
    }),
  ).toEqual([]);
  expect(valueProblems({ memory: 1e8, memorySwap: -1 })).toEqual([]);
});

test.each<[BuildOptions, string[]]>([
  [{ tags: ["a:1", "UPPER", "a:b:c", `a@sha256:${"0".repeat(64)}`] }, ["tags[1]", "tags[2]", "tags[3]"]],
  [{ cacheFrom: ["type=registry,ref=UPPER", "a b"] }, ["cacheFrom[0]", "cacheFrom[1]"]],
  [{ platform: "linux/arm64,linux/amd64" }, ["platform"]],
  [{ platform: "a/b/c/d" }, ["platform"]],
  [{ extraHosts: ["a", "a:b", ":1.2.3.4", "a:1.2.3", "a: 1.2.3.4"] }, [0, 1, 2, 3, 4].map((i) => `extraHosts[${i}]`)],
  [
    { ulimits: { files: 1, nofile: { soft: 2, hard: 1 }, core: { soft: -1, hard: 1 } } },
    ["ulimits.files", "ulimits.nofile", "ulimits.core"],
  ],
  [{ memory: 1e6 }, ["memory"]],
  [{ memorySwap: 1e8 }, ["memorySwap"]],
  [{ memory: 1e8, memorySwap: 1e7 }, ["memorySwap"]],
])("%o is refused", (options, expected) => {
  expect(paths(options)).toEqual(expected);
});

test("hosts in the engine's form", () => {
  expect(["a:1.2.3.4", "b=::1", "c:[::1]", "d:host-gateway"].map(extraHost)).toEqual([
    "a:1.2.3.4",
    "b:::1",
    "c:::1",
    "d:host-gateway",
  ]);
});
