import { parse } from "@slipway/dockerfile";
import { expect, test } from "vitest";
import { classicCredentials, credentialsOf } from "./credentials.ts";

const hub = { username: "hub", password: "1" };
const one = { username: "one", password: "2" };
const two = { identitytoken: "3" };
const all = { "https://index.docker.io/v1/": hub, "one.example": one, "https://two.example": two };

test("a registry's credentials are found by the names that docker's configuration uses", async () => {
  const find = credentialsOf(all);
  expect(await find("docker.io")).toBe(hub);
  expect(await find("one.example")).toBe(one);
  expect(await find("two.example")).toBe(two);
  expect(await find("three.example")).toBeUndefined();
});

test("the classic builder is given those of the registries that the Dockerfile and the caches name", async () => {
  const tree = parse(
    "ARG R=one.example\nFROM ${R}/a AS x\nFROM scratch\nCOPY --from=two.example/b / /\nCOPY --from=x / /\n",
  );
  const given = (registryAuth: typeof all, cacheFrom: string[] = [], buildArgs = {}) =>
    classicCredentials({ registryAuth, cacheFrom, buildArgs }, tree);
  expect(await given(all)).toEqual({ "one.example": one, "two.example": two });
  expect(await given(all, ["busybox"], { R: "localhost:1" })).toEqual({
    "two.example": two,
    "https://index.docker.io/v1/": hub,
  });
  expect(await classicCredentials({ registryAuth: all }, undefined)).toEqual({
    "https://index.docker.io/v1/": hub,
    "one.example": one,
    "https://two.example": two,
  });
  expect(await classicCredentials({}, tree)).toBeUndefined();
});
