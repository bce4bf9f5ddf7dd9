import { randomBytes } from "node:crypto";
import { normalize, type Project } from "@slipway/compose";
import { isSlipwayError } from "@slipway/errors";
import { connect, type Engine } from "@slipway/transport";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { UpResult } from "./apply-up.ts";
import { down } from "./down.ts";
import { status } from "./status.ts";
import { up, type UpOptions, type UpRun } from "./up.ts";
import type { UpEvent } from "./up-event.ts";

const image = "slipway-base/busybox:1";
const runId = `up-${randomBytes(4).toString("hex")}`;
const labels = { "dev.slipway.test": runId };
const sleeping = { image, command: ["sleep", "1000"], stop_grace_period: "0s" };

let engine: Engine;
const projects = new Set<string>();

beforeAll(async () => {
  engine = await connect();
});

afterEach(async () => {
  for (const name of projects) await down(name, { engine, volumes: true, timeout: 0 }).result;
  projects.clear();
});

afterAll(() => {
  engine.close();
});

function project(services: Record<string, object>, more: object = {}): Project {
  const made = normalize({ name: `${runId}-${projects.size}`, services, ...more });
  projects.add(made.name);
  return made;
}

/** The same project with other services. */
function changed(before: Project, services: Record<string, object>, more: object = {}): Project {
  return normalize({ name: before.name, services, ...more });
}

function run(composition: Project, options: Partial<UpOptions> = {}): UpRun {
  return up(composition, { engine, labels, ...options });
}

async function eventsOf(upRun: UpRun): Promise<UpEvent[]> {
  const events: UpEvent[] = [];
  for await (const event of upRun) events.push(event);
  return events;
}

/** What there is on the engine with this run's label: names of containers, networks and volumes. */
async function leftovers(): Promise<string[]> {
  const filters = { label: [`dev.slipway.test=${runId}`] };
  const { docker } = engine;
  const [containers, networks, volumes] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listVolumes({ filters }),
  ]);
  return [
    ...containers.map(({ Names }) => (Names[0] ?? "").slice(1)),
    ...networks.map(({ Name }) => Name),
    ...volumes.Volumes.map(({ Name }) => Name),
  ].toSorted();
}

async function shell(id: string, command: string): Promise<string> {
  const exec = await engine.docker.getContainer(id).exec({ Cmd: ["sh", "-c", command], AttachStdout: true, Tty: true });
  const stream = await exec.start({ Tty: true });
  let text = "";
  for await (const chunk of stream) text += String(chunk);
  return text.trim();
}

function idOf(result: UpResult, service: string): string {
  return result.containers[service]?.id ?? "";
}

async function failure(work: Promise<unknown>): Promise<{ code: string; message: string; hint: string | undefined }> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isSlipwayError(error)) throw new Error(`expected an error of Slipway, got ${String(error)}`);
  return { code: error.code, message: error.message, hint: error.hint };
}

test("two services reach each other by name and alias; a second up leaves them; down is idempotent", async () => {
  const pair = project(
    {
      web: { ...sleeping, depends_on: ["db"], volumes: ["data:/data"], networks: ["default", "back"] },
      db: {
        ...sleeping,
        command: ["sh", "-c", "mkdir /www; echo hello >/www/index.html; httpd -f -p 80 -h /www"],
        networks: { default: {}, back: { aliases: ["database"] } },
        ports: ["127.0.0.1::80"],
      },
    },
    { volumes: { data: {} }, networks: { back: {} } },
  );
  const first = run(pair);
  const events = await eventsOf(first);
  const result = await first.result;
  const { name } = pair;
  expect(events[0]).toEqual({ type: "plan", create: 2, recreate: 0, start: 0, leave: 0, remove: 0 });
  const started = events.flatMap((event) =>
    event.type === "container" && event.state === "started" ? [event.service] : [],
  );
  expect(started).toEqual(["db", "web"]);
  expect(result.containers["db"]).toMatchObject({
    name: `${name}-db-1`,
    created: true,
    ports: [{ host: "127.0.0.1", containerPort: 80, protocol: "tcp", hostPort: expect.any(Number) }],
  });
  for (const host of ["db", "database", `${name}-db-1`]) {
    expect(await shell(idOf(result, "web"), `wget -qO- http://${host}/`)).toBe("hello");
  }
  expect(await leftovers()).toEqual(
    [`${name}-db-1`, `${name}-web-1`, `${name}_back`, `${name}_data`, `${name}_default`].toSorted(),
  );

  const again = await run(pair).result;
  expect(again.containers["web"]).toEqual({ ...result.containers["web"], created: false });

  const removed = await down(pair, { engine }).result;
  expect(removed.containers).toEqual([`${name}-web-1`, `${name}-db-1`]);
  expect(await leftovers()).toEqual([`${name}_data`]);
  expect((await down(pair, { engine, volumes: true }).result).volumes).toEqual([`${name}_data`]);
  const nothing = { containers: [], networks: [], volumes: [], images: [] };
  expect(await down(pair, { engine, volumes: true }).result).toEqual(nothing);
});

test("a container is made anew when its configuration changes, and keeps its anonymous volumes", async () => {
  const kept = { ...sleeping, volumes: ["/kept"] };
  const services = (environment: object): Record<string, object> => ({
    a: { ...kept, environment },
    b: sleeping,
  });
  const before = project(services({ VALUE: "1" }));
  const first = await run(before).result;
  await shell(idOf(first, "a"), "echo precious >/kept/file");
  const second = await run(changed(before, services({ VALUE: "2" }))).result;
  expect(second.containers["a"]).toMatchObject({ name: `${before.name}-a-1`, created: true });
  expect(second.containers["b"]).toEqual({ ...first.containers["b"], created: false });
  expect(await shell(idOf(second, "a"), "echo $VALUE; cat /kept/file")).toBe("2\r\nprecious");
  const { containers } = await status(before.name, { engine });
  expect(containers.map(({ service, name, state }) => [service, name, state])).toEqual([
    ["a", `${before.name}-a-1`, "running"],
    ["b", `${before.name}-b-1`, "running"],
  ]);
});

test("a replacement that fails puts the old container back", async () => {
  const before = project({ a: sleeping });
  const first = await run(before).result;
  const broken = changed(before, { a: { ...sleeping, command: ["no-such-program"] }, b: sleeping });
  const failed = run(broken);
  expect(await failure(failed.result)).toMatchObject({ code: "UP_CONTAINER_FAILED", message: /service a: .*no-such/ });
  const { containers } = await status(before.name, { engine });
  expect(containers).toMatchObject([{ id: idOf(first, "a"), name: `${before.name}-a-1`, state: "running" }]);
});

test("a port in use: service, port and what to do; nothing is left", async () => {
  const taken = await run(project({ first: { ...sleeping, ports: ["127.0.0.1::80"] } })).result;
  const port = taken.containers["first"]?.ports[0]?.hostPort;
  const second = project({ web: { ...sleeping, ports: [`127.0.0.1:${port}:8000`] }, db: sleeping });
  expect(await failure(run(second).result)).toEqual({
    code: "UP_PORT_IN_USE",
    message: `service web: port ${port} on 127.0.0.1 is in use (for its port 8000/tcp)`,
    hint: expect.stringMatching(/`ports:` of service web in the compose file/),
  });
  expect((await leftovers()).filter((name) => name.startsWith(second.name))).toEqual([]);
});

test("conditions: one waits for health, one for completion", async () => {
  const conditions = project(
    {
      db: {
        ...sleeping,
        command: ["sh", "-c", "sleep 0.3; touch /ready; sleep 1000"],
        healthcheck: { test: ["CMD", "test", "-f", "/ready"], interval: "100ms", retries: 100 },
      },
      migrate: { image, command: ["sh", "-c", "sleep 0.3; touch /shared/done"], volumes: ["shared:/shared"] },
      web: {
        ...sleeping,
        volumes: ["shared:/shared"],
        command: ["sh", "-c", "test -f /shared/done && sleep 1000"],
        depends_on: {
          db: { condition: "service_healthy" },
          migrate: { condition: "service_completed_successfully" },
        },
      },
    },
    { volumes: { shared: {} } },
  );
  const result = await run(conditions).result;
  expect(Object.keys(result.containers).toSorted()).toEqual(["db", "migrate", "web"]);
  const { containers } = await status(conditions.name, { engine });
  expect(containers.map(({ service, state, health, exitCode }) => ({ service, state, health, exitCode }))).toEqual([
    { service: "db", state: "running", health: "healthy", exitCode: undefined },
    { service: "migrate", state: "exited", health: undefined, exitCode: 0 },
    { service: "web", state: "running", health: undefined, exitCode: undefined },
  ]);
});

test.each([
  {
    what: "unhealthy",
    db: { ...sleeping, healthcheck: { test: "echo not yet; exit 1", interval: "100ms", retries: 2 } },
    condition: "service_healthy",
    expected: { code: "UP_DEPENDENCY_UNHEALTHY", message: /service web: its dependency db is unhealthy.*not yet/ },
  },
  {
    what: "without a health check",
    db: sleeping,
    condition: "service_healthy",
    expected: { code: "UP_DEPENDENCY_FAILED", message: /db has no health check/ },
  },
  {
    what: "that fails",
    db: { image, command: ["sh", "-c", "echo no space left >&2; exit 3"] },
    condition: "service_completed_successfully",
    expected: { code: "UP_DEPENDENCY_FAILED", message: /db did not complete: it exited with code 3\n {2}\| no space/ },
  },
])("a dependency $what ends up with a clear error and nothing left", async ({ db, condition, expected }) => {
  const broken = project({ db, web: { ...sleeping, depends_on: { db: { condition } } } });
  const error = await failure(run(broken).result);
  expect(error.code).toBe(expected.code);
  expect(error.message).toMatch(expected.message);
  expect(await leftovers()).toEqual([]);
});

test("a container that exits at once: its code and its last words", async () => {
  const broken = project({ web: { image, command: ["sh", "-c", "echo cannot start; exit 7"] } });
  expect(await failure(run(broken).result)).toMatchObject({
    code: "UP_CONTAINER_EXITED",
    message: "service web: its container exited with code 7 right after its start\n  | cannot start",
  });
  expect(await leftovers()).toEqual([]);
});

test("an abort removes what this call made, and nothing else", async () => {
  const before = project({ db: sleeping }, { networks: { default: {} } });
  await run(before).result;
  const present = await leftovers();
  const more = changed(
    before,
    {
      db: sleeping,
      slow: { ...sleeping, healthcheck: { test: "exit 1", interval: "1h" }, volumes: ["data:/data"] },
      web: { ...sleeping, depends_on: { slow: { condition: "service_healthy" } } },
    },
    { volumes: { data: {} } },
  );
  const abort = new AbortController();
  const aborted = run(more, { signal: abort.signal });
  const iterate = async (): Promise<void> => {
    for await (const event of aborted) {
      if (event.type === "container" && event.service === "slow" && event.state === "started") {
        abort.abort(new Error("changed my mind"));
      }
    }
  };
  await expect(iterate()).rejects.toThrow("changed my mind");
  await expect(aborted.result).rejects.toBe(abort.signal.reason);
  expect(await leftovers()).toEqual(present);
});

test("namespaces of another service are shared; orphans are removed if asked", async () => {
  const before = project({
    db: sleeping,
    side: { ...sleeping, network_mode: "service:db", pid: "service:db", depends_on: ["db"] },
  });
  const result = await run(before).result;
  const info = await engine.docker.getContainer(idOf(result, "side")).inspect();
  expect(info.HostConfig).toMatchObject({
    NetworkMode: `container:${idOf(result, "db")}`,
    PidMode: `container:${idOf(result, "db")}`,
  });
  expect((await run(before).result).containers["side"]).toMatchObject({ created: false });
  const smaller = changed(before, { db: sleeping });
  const warned = await eventsOf(run(smaller));
  expect(warned).toContainEqual({ type: "warning", message: expect.stringContaining(`${before.name}-side-1`) });
  await run(smaller, { removeOrphans: true }).result;
  expect((await status(before.name, { engine })).containers.map(({ service }) => service)).toEqual(["db"]);
});
