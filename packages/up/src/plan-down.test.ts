import { expect, test } from "vitest";
import type { CurrentContainer, CurrentState } from "./current-state.ts";
import { planDown } from "./plan-down.ts";

function container(service: string, ...dependsOn: string[]): CurrentContainer {
  return {
    id: service,
    name: `p-${service}-1`,
    service,
    oneoff: false,
    state: "running",
    hash: "",
    imageId: "",
    dependsOn,
    networks: [],
    mounts: [],
  };
}

const mine = { "com.docker.compose.project": "p" };
const network = { id: "n", driver: "bridge", internal: false, options: {}, subnets: [] };
const current: CurrentState = {
  containers: [container("db"), container("web", "api"), container("api", "db", "cache"), container("cache")],
  networks: [
    { ...network, name: "p_default", labels: mine },
    { ...network, name: "bridge", labels: {} },
  ],
  volumes: [
    { name: "p_data", driver: "local", options: {}, labels: mine },
    { name: "other", driver: "local", options: {}, labels: {} },
  ],
};

test("containers go in the reverse order of their start; volumes only if asked", () => {
  const plan = planDown("p", current);
  expect(plan.waves.map((wave) => wave.map(({ service }) => service))).toEqual([["web"], ["api"], ["db", "cache"]]);
  expect(plan.networks.map(({ name }) => name)).toEqual(["p_default"]);
  expect(plan.volumes).toEqual([]);
  expect(planDown("p", current, { volumes: true }).volumes.map(({ name }) => name)).toEqual(["p_data"]);
});

test("anonymous volumes go with the others", () => {
  const name = "0123456789abcdef".repeat(4);
  const volumes = [{ name, driver: "local", options: {}, labels: {} }, ...current.volumes];
  const mounts = [{ type: "volume", name, target: "/x" }];
  const state = { ...current, volumes, containers: [{ ...container("db"), mounts }] };
  expect(planDown("p", state, { volumes: true }).volumes.map((volume) => volume.name)).toEqual([name, "p_data"]);
  expect(planDown("p", { ...state, containers: [] }, { volumes: true }).volumes).toHaveLength(1);
});

test("labels that go in a circle do not keep anything up", () => {
  const circle = { ...current, containers: [container("a", "b"), container("b", "a"), container("c", "a")] };
  const { waves } = planDown("p", circle);
  expect(waves.map((wave) => wave.map(({ service }) => service))).toEqual([["c"], ["a", "b"]]);
});

test("a project that is not there has nothing to be removed", () => {
  expect(planDown("q", { ...current, containers: [] }, { volumes: true })).toEqual({
    waves: [],
    networks: [],
    volumes: [],
  });
});
