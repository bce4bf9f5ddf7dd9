import { expect, test } from "vitest";
import { buildQuery } from "./build-query.ts";

test("podman's words for hosts and limits", () => {
  expect(buildQuery({ extraHosts: ["a=::1"], ulimits: { nofile: 10 } }, "classic", "podman")).toMatchObject({
    extrahosts: '["a:::1"]',
    ulimits: '["nofile=10:10"]',
  });
});

test("containers are removed in any case; nothing else is sent unasked", () => {
  expect(buildQuery({ tags: [], noCache: false }, "classic")).toEqual({ version: "1", rm: "1", forcerm: "1" });
});

test("the engine's words for every option", () => {
  const options = {
    dockerfile: "d",
    tags: ["a:1", "b:2"],
    buildArgs: { A: "1" },
    labels: { l: "v" },
    target: "t",
    platform: "linux/arm64",
    noCache: true,
    pull: true,
    cacheFrom: ["c", "type=registry,ref=d:1"],
    cacheTo: ["inline"],
    extraHosts: ["h:1.2.3.4"],
    shmSize: 1024,
    ulimits: { nofile: 10, nproc: { soft: 1, hard: 2 } },
    memory: 1e8,
    memorySwap: -1,
    networkMode: "none",
  };
  expect(buildQuery(options, "buildkit")).toEqual({
    version: "2",
    rm: "1",
    forcerm: "1",
    dockerfile: "d",
    t: ["a:1", "b:2"],
    buildargs: '{"A":"1","BUILDKIT_INLINE_CACHE":"1"}',
    labels: '{"l":"v"}',
    target: "t",
    platform: "linux/arm64",
    nocache: "1",
    pull: "1",
    cachefrom: '["c","d:1"]',
    extrahosts: ["h:1.2.3.4"],
    shmsize: "1024",
    ulimits: '[{"Name":"nofile","Soft":10,"Hard":10},{"Name":"nproc","Soft":1,"Hard":2}]',
    memory: "100000000",
    memswap: "-1",
    networkmode: "none",
  });
});
