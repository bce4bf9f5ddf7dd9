import { setTimeout as sleep } from "node:timers/promises";
import { isSlipwayError } from "@slipway/errors";
import { connect, type Engine } from "@slipway/transport";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TestEngine } from "@slipway/testing";
import { startOwnEngine } from "../test/own-engine.ts";
import { noise } from "../test/noise.ts";
import { Random } from "../test/random.ts";
import { type Relay, startRelay } from "../test/relay.ts";
import { Workbench, writeFiles } from "../test/workbench.ts";

/** 1800 for the long form. */
const seconds = Number(process.env["LIVEPUSH_DISTURBED_SECONDS"] ?? 10);
const seed = Number(process.env["LIVEPUSH_SEED"] ?? 1);

const image = "slipway-base/busybox:1";

let own: TestEngine;
let bench: Workbench;
let relay: Relay;
let relayed: Engine;
beforeAll(async () => {
  const machine = await connect();
  own = await startOwnEngine(machine, image);
  machine.close();
  bench = await Workbench.open(own.host);
  relay = await startRelay(own.host.replace("unix://", ""));
  relayed = await connect({ host: relay.host });
});
afterAll(async () => {
  relayed.close();
  await relay.close();
  await bench.close();
  await own.remove();
});

const dockerfile = [
  "FROM slipway-base/busybox:1 AS made",
  "COPY src /src",
  "RUN find /src -type f | sort | tr '\\n' '\\0' | xargs -0 -r cat > /sum",
  "FROM slipway-base/busybox:1",
  "WORKDIR /app",
  "COPY package.json .",
  "RUN sleep 0.1; cp package.json installed",
  "COPY --from=made /sum .",
  "COPY src src",
  'CMD ["sleep", "3600"]',
  "",
].join("\n");

test(
  `whatever happens to connection, container and engine, the edits arrive in the end (seed ${seed})`,
  { timeout: seconds * 1_000 + 240_000 },
  async () => {
    const random = new Random(seed);
    const files = { "package.json": "0", "src/keep": "0" };
    const context = await bench.folder({ Dockerfile: dockerfile, ...files });
    const { push, containerId } = await bench.start(context, {
      text: dockerfile,
      stages: ["made"],
      run: { Cmd: undefined },
      docker: relayed,
    });
    const { docker } = bench.engine;
    const container = docker.getContainer(containerId);
    const filters = { label: [`dev.slipway.livepush=${containerId}`] };
    const count = new Map<string, number>();
    const note = (what: string): void => void count.set(what, (count.get(what) ?? 0) + 1);
    const disturbances: [often: number, what: string, disturb: () => Promise<unknown>][] = [
      [20, "container killed", () => container.kill()],
      [20, "container restarted", () => container.restart({ t: 0 })],
      [
        30,
        "stage's container killed",
        async () => {
          for (const { Id } of await docker.listContainers({ filters })) await docker.getContainer(Id).kill();
        },
      ],
      [60, "engine killed", () => own.kill().then(() => own.start())],
      [15, "push cancelled", () => push.cancel()],
    ];
    const pushes = new Set<Promise<void>>();
    const unexpected: unknown[] = [];
    const end = performance.now() + seconds * 1_000;
    for (let i = 1; performance.now() < end; i++) {
      const name = random.pick(["package.json", "src/a", "src/b", "src/d/c", "src/d/e/f"]);
      const gone = name !== "package.json" && random.oneIn(4);
      await writeFiles(context, { [name]: gone ? undefined : `${i}${random.oneIn(20) ? noise(i, 600_000) : ""}` });
      const pushing: Promise<void> = push.performLivepush(gone ? [] : [name], gone ? [name] : []).then(
        ({ outcome }) => note(outcome),
        (error: unknown) => {
          if (isSlipwayError(error)) note(error.code);
          else unexpected.push(error);
        },
      );
      pushes.add(pushing);
      if (random.oneIn(8)) relay.cut();
      if (random.oneIn(15)) relay.set({ after: random.below(200_000) });
      else if (random.oneIn(3)) relay.set({ after: undefined });
      for (const [often, what, disturb] of disturbances) {
        if (!random.oneIn(often)) continue;
        note(what);
        await disturb().catch(() => undefined); // a container that does not run can't be killed
      }
      if (random.oneIn(3)) {
        await Promise.all(pushes);
        pushes.clear();
      }
      // A person's pace, more or less: without it pushes would only ever be cancelled.
      await sleep(random.below(150));
    }
    relay.set({ after: undefined });
    await Promise.all(pushes);
    await push.performLivepush([]);
    console.log(JSON.stringify(Object.fromEntries(count)));
    expect(unexpected).toEqual([]);
    expect(count.get("pushed") ?? 0).toBeGreaterThan(0);
    const fresh = await bench.everythingOf(await bench.build(context));
    expect([...(await bench.everything(containerId))].toSorted()).toEqual([...fresh].toSorted());
    const { Processes } = await container.top();
    await push.cleanupIntermediateContainers();
    expect(await docker.listContainers({ all: true, filters })).toEqual([]);
    expect(Processes.filter((fields: string[]) => fields.join(" ").includes("xargs"))).toEqual([]);
  },
);
