import { normalize } from "@slipway/compose";
import { isSlipwayError } from "@slipway/errors";
import { expect, test } from "vitest";
import { configHash } from "./config-hash.ts";
import type { CurrentContainer, CurrentNetwork, CurrentState } from "./current-state.ts";
import { type DesiredState, desiredState } from "./desired-state.ts";
import type { ImageFacts } from "./image-facts.ts";
import { withSharedIds } from "./namespaces.ts";
import { planUp, type PlanOptions, type UpPlan } from "./plan-up.ts";

const image: ImageFacts = { reference: "busybox", id: "sha256:1", volumes: ["/cache"] };
const anonymous = "0123456789abcdef".repeat(4);
const nothing: CurrentState = { containers: [], networks: [], volumes: [] };

function desire(services: Record<string, object>, more: object = {}): DesiredState {
  const project = normalize({
    name: "p",
    services: Object.fromEntries(Object.entries(services).map(([name, value]) => [name, { image: "x", ...value }])),
    ...more,
  });
  return desiredState(project, { images: Object.fromEntries(Object.keys(services).map((name) => [name, image])) });
}

/** The state in which everything is as `desired` wants it. */
function fulfilled(desired: DesiredState): CurrentState {
  const ids = new Map(desired.containers.map(({ service }) => [service, `id-${service}`]));
  return {
    containers: desired.containers.map(({ service, name, definition, attachments }) => ({
      id: `id-${service}`,
      service,
      name,
      hash: configHash(withSharedIds(definition, ids)),
      oneoff: false,
      state: "running",
      imageId: image.id,
      dependsOn: [],
      networks: attachments.map(({ network }) => network),
      mounts: [],
    })),
    networks: desired.networks.map(({ name, options }) => ({
      id: name,
      name,
      driver: "bridge",
      internal: false,
      options: {},
      subnets: [],
      labels: options.Labels ?? {},
    })),
    volumes: desired.volumes.map(({ name, options }) => ({
      name,
      driver: "local",
      options: {},
      labels: options.Labels ?? {},
    })),
  };
}

function changed(state: CurrentState, service: string, change: Partial<CurrentContainer>): CurrentState {
  return {
    ...state,
    containers: state.containers.map((one) => (one.service === service ? { ...one, ...change } : one)),
  };
}

function actions(plan: UpPlan): string[] {
  return plan.waves.flat().map(({ desired, action, reason }) => `${desired.service}: ${action} (${reason})`);
}

function problems(desired: DesiredState, current: CurrentState): string[] {
  try {
    planUp(desired, current);
  } catch (error) {
    if (isSlipwayError(error)) return error.problems.map(({ code, message }) => `${code} ${message}`);
    throw error;
  }
  return [];
}

const pair = { web: { depends_on: ["db"], volumes: ["data:/data"] }, db: {} };
const data = { volumes: { data: {} } };

test("an empty engine gets networks, volumes and containers, dependencies first", () => {
  const plan = planUp(desire(pair, data), nothing);
  expect(plan.networks.map(({ name }) => name)).toEqual(["p_default"]);
  expect(plan.volumes.map(({ name }) => name)).toEqual(["p_data"]);
  expect(plan.waves.map((wave) => wave.map(({ desired, action }) => `${action} ${desired.name}`))).toEqual([
    ["create p-db-1"],
    ["create p-web-1"],
  ]);
});

test("what is as it should be is left", () => {
  const desired = desire(pair, data);
  const plan = planUp(desired, fulfilled(desired));
  expect([plan.networks, plan.volumes, plan.remove, plan.orphans]).toEqual([[], [], [], []]);
  expect(actions(plan)).toEqual(["db: leave (it is as it should be)", "web: leave (it is as it should be)"]);
});

test.each<[string, Partial<CurrentContainer>, PlanOptions, string]>([
  ["another configuration", { hash: "old" }, {}, "recreate (its configuration changed)"],
  ["another image", { imageId: "sha256:0" }, {}, "recreate (its image changed)"],
  ["another name", { name: "p_db_1" }, {}, "recreate (its name changed)"],
  ["not on its network", { networks: [] }, {}, "recreate (it is not on network p_default)"],
  ["never", { hash: "old" }, { recreate: "never" }, "leave (it is as it should be)"],
  ["always", {}, { recreate: "always" }, "recreate (it was asked for)"],
  ["exited", { state: "exited" }, {}, "start (it is exited)"],
  ["created", { state: "created" }, {}, "start (it is created)"],
  ["paused", { state: "paused" }, {}, "unpause (it is paused)"],
  ["restarting", { state: "restarting" }, {}, "leave (it is as it should be)"],
  ["dead", { state: "dead" }, { recreate: "never" }, "recreate (it is dead)"],
])("a container: %s", (_, change, options, expected) => {
  const desired = desire({ db: {} });
  expect(actions(planUp(desired, changed(fulfilled(desired), "db", change), options))).toEqual([`db: ${expected}`]);
});

test("a dependency made anew restarts those who asked for it, and only them", () => {
  const desired = desire({
    db: {},
    web: { depends_on: { db: { condition: "service_started", restart: true } } },
    other: { depends_on: ["db"] },
  });
  const plan = planUp(desired, changed(fulfilled(desired), "db", { hash: "old" }));
  expect(actions(plan).toSorted()).toEqual([
    "db: recreate (its configuration changed)",
    "other: leave (it is as it should be)",
    "web: restart (db is made anew)",
  ]);
});

test("who shares a namespace is made anew with its owner", () => {
  const desired = desire({ db: {}, web: { network_mode: "service:db" } });
  expect(actions(planUp(desired, fulfilled(desired)))[1]).toBe("web: leave (it is as it should be)");
  const plan = planUp(desired, changed(fulfilled(desired), "db", { hash: "old" }));
  expect(actions(plan)).toEqual([
    "db: recreate (its configuration changed)",
    "web: recreate (it shares a namespace with db, which is made anew)",
  ]);
});

test("a new container takes over anonymous volumes that are still wanted, no others", () => {
  const desired = desire({ db: { volumes: ["/kept", "data:/named"] } }, data);
  const mounts = [
    { type: "volume", name: anonymous, target: "/cache" },
    { type: "volume", name: anonymous.replace("0", "1"), target: "/kept" },
    { type: "volume", name: anonymous.replace("0", "2"), target: "/gone" },
    { type: "volume", name: anonymous.replace("0", "3"), target: "/named" },
    { type: "volume", name: "p_old", target: "/cache" },
    { type: "bind", target: "/cache" },
  ];
  const [step] = planUp(desired, changed(fulfilled(desired), "db", { hash: "old", mounts })).waves.flat();
  expect(step?.action === "recreate" && step.inherit).toEqual([
    { target: "/cache", volume: anonymous },
    { target: "/kept", volume: anonymous.replace("0", "1") },
  ]);
});

test("orphans are told or removed, surplus containers of a service removed, one-off ones let be", () => {
  const desired = desire({ db: {} });
  const state = fulfilled(desired);
  const [db] = state.containers as [CurrentContainer];
  const current = {
    ...state,
    containers: [
      { ...db, id: "2", name: "p-db-2" },
      db,
      { ...db, id: "gone", service: "gone", name: "p-gone-1" },
      { ...db, id: "run", oneoff: true, name: "p-db-run-1" },
    ],
  };
  const plan = planUp(desired, current);
  expect(actions(plan)).toEqual(["db: leave (it is as it should be)"]);
  expect([plan.remove, plan.orphans].map((list) => list.map(({ name }) => name))).toEqual([["p-db-2"], ["p-gone-1"]]);
  const thorough = planUp(desired, current, { removeOrphans: true });
  expect(thorough.remove.map(({ name }) => name)).toEqual(["p-db-2", "p-gone-1"]);
  expect(thorough.orphans).toEqual([]);
});

test("networks and volumes that cannot be used are all told at once", () => {
  const networks = { default: {}, back: { internal: true }, out: { external: true, name: "outside" } };
  const desired = desire(
    { db: { networks: ["default", "back", "out"], volumes: ["data:/data", "ext:/ext"] } },
    { networks, volumes: { data: {}, ext: { external: true, name: "far" } } },
  );
  const present: CurrentNetwork[] = [
    { id: "1", name: "p_default", driver: "bridge", internal: false, options: {}, subnets: [], labels: {} },
    {
      id: "2",
      name: "p_back",
      driver: "bridge",
      internal: false,
      options: {},
      subnets: [],
      labels: { "com.docker.compose.project": "p" },
    },
  ];
  const volumes = [{ name: "p_data", driver: "local", options: {}, labels: { "com.docker.compose.project": "other" } }];
  expect(problems(desired, { containers: [], networks: present, volumes })).toEqual([
    "UP_RESOURCE_CHANGED network p_back exists with another internal than the composition asks for",
    "UP_FOREIGN_RESOURCE network p_default exists and was not made by a composition",
    "UP_NETWORK_MISSING external network outside does not exist on the engine",
    "UP_FOREIGN_RESOURCE volume p_data exists and belongs to project other",
    "UP_VOLUME_MISSING external volume far does not exist on the engine",
  ]);
});
