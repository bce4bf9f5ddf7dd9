import { setTimeout as sleep } from "node:timers/promises";
import { isSlipwayError } from "@slipway/errors";
import { connect, type Engine } from "@slipway/transport";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Random } from "../test/random.ts";
import { type Relay, startRelay } from "../test/relay.ts";
import { Workbench, writeFiles } from "../test/workbench.ts";

/** 1800 for the long form. */
const seconds = Number(process.env["LIVEPUSH_DISTURBED_SECONDS"] ?? 10);
const seed = Number(process.env["LIVEPUSH_SEED"] ?? Date.now() % 1_000_000_000);

let bench: Workbench;
let relay: Relay;
let relayed: Engine;
beforeAll(async () => {
  bench = await Workbench.open();
  relay = await startRelay("/var/run/docker.sock");
  relayed = await connect({ host: relay.host });
});
afterAll(async () => {
  relayed.close();
  await relay.close();
  await bench.close();
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
  `whatever happens to connection and container, the edits arrive in the end (seed ${seed})`,
  { timeout: seconds * 1_000 + 180_000 },
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
    const container = bench.engine.docker.getContainer(containerId);
    const outcomes = new Map<string, number>();
    const pushes: Promise<void>[] = [];
    const end = performance.now() + seconds * 1_000;
    for (let i = 1; performance.now() < end; i++) {
      const name = random.pick(["package.json", "src/a", "src/b", "src/d/c", "src/d/e/f"]);
      const gone = name !== "package.json" && random.oneIn(4);
      await writeFiles(context, { [name]: gone ? undefined : `${i}${random.oneIn(20) ? "x".repeat(400_000) : ""}` });
      pushes.push(
        push.performLivepush(gone ? [] : [name], gone ? [name] : []).then(
          ({ outcome }) => void outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1),
          (error: unknown) => {
            if (!isSlipwayError(error)) throw error;
            outcomes.set(error.code, (outcomes.get(error.code) ?? 0) + 1);
          },
        ),
      );
      if (random.oneIn(8)) relay.cut();
      if (random.oneIn(15)) relay.set({ after: random.below(200_000) });
      else if (random.oneIn(3)) relay.set({ after: undefined });
      if (random.oneIn(20)) await container.kill().catch(() => undefined);
      if (random.oneIn(20)) await container.restart({ t: 0 }).catch(() => undefined);
      if (random.oneIn(15)) await push.cancel();
      if (random.oneIn(3)) await Promise.all(pushes);
      // A person's pace, more or less: without it pushes would only ever be cancelled.
      await sleep(random.below(150));
    }
    relay.set({ after: undefined });
    await Promise.all(pushes);
    await push.performLivepush([]);
    console.log(`${pushes.length} edits: ${JSON.stringify(Object.fromEntries(outcomes))}`);
    expect(outcomes.get("pushed") ?? 0).toBeGreaterThan(0);
    expect(await bench.tree(containerId, "/app")).toEqual((await bench.freshTrees(context, ["/app"]))[0]);
    await push.cleanupIntermediateContainers();
    const filters = { label: [`dev.slipway.livepush=${containerId}`] };
    expect(await bench.engine.docker.listContainers({ all: true, filters })).toEqual([]);
    const processes = await container.top();
    const shells = processes.Processes.filter((fields: string[]) => fields.join(" ").includes("xargs"));
    expect(shells).toEqual([]);
  },
);
