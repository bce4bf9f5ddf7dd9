import { expect, test } from "vitest";
import { buildQuery } from "./build-query.ts";

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
    cacheFrom: ["c"],
    extraHosts: ["h:1.2.3.4"],
    shmSize: 1024,
    networkMode: "none",
  };
  expect(buildQuery(options, "buildkit")).toEqual({
    version: "2",
    rm: "1",
    forcerm: "1",
    dockerfile: "d",
    t: ["a:1", "b:2"],
    buildargs: '{"A":"1"}',
    labels: '{"l":"v"}',
    target: "t",
    platform: "linux/arm64",
    nocache: "1",
    pull: "1",
    cachefrom: '["c"]',
    extrahosts: ["h:1.2.3.4"],
    shmsize: "1024",
    networkmode: "none",
  });
});
