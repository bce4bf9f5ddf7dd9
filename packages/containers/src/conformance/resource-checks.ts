import assert from "node:assert/strict";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { clean } from "../clean.ts";
import { forHealth } from "../wait/for-health.ts";
import { forHttp } from "../wait/for-http.ts";
import { forPort } from "../wait/for-port.ts";
import { label } from "../session.ts";
import type { BackendFeature } from "../backend/backend.ts";
import type { Client } from "../client.ts";
import type { Image } from "../image.ts";
import type { ConformanceCheck, ConformanceContext } from "./conformance-check.ts";
import { withImage } from "./with-image.ts";

/** What containers are known by, and what they share. */
export const resourceChecks: readonly ConformanceCheck[] = [
  {
    name: "containers are found by their labels",
    run: (context) =>
      withImage(context, async (image, { backend, session }) => {
        const container = await image.instantiate({ labels: { "dev.slipway.check": "a b=c" }, command: ["true"] });
        const own = { [label.session]: session };
        const [found] = await backend.listContainers({ ...own, "dev.slipway.check": "a b=c" });
        assert.equal(found?.id, container.id);
        assert.equal(found?.labels["dev.slipway.check"], "a b=c");
        assert.equal((await backend.listContainers({ ...own, "dev.slipway.check": undefined })).length, 1);
        assert.equal((await backend.listContainers({ ...own, "dev.slipway.check": "other" })).length, 0);
      }),
  },
  {
    name: "clean keeps what is recent, and tells in a dry run what it would remove",
    run: (context) =>
      withImage(context, async (image, { backend, session }) => {
        const container = await image.instantiate({ command: ["true"] });
        const hour = 60 * 60 * 1_000;
        const options = { containers: true, dryRun: true };
        const recent = await clean(backend, hour, {}, options);
        assert.ok(!recent.containers.includes(container.id));
        const all = await clean(backend, 0, {}, options);
        assert.ok(all.containers.includes(container.id));
        assert.ok(!all.images.includes(context.image), "a foreign image would be removed");
        assert.equal((await backend.listContainers({ [label.session]: session })).length, 1);
      }),
  },
  {
    name: "two containers of one name are refused",
    run: (context) =>
      withImage(context, async (image, { session }) => {
        const name = `slipway-${session}`;
        const first = await image.instantiate({ name, command: ["true"] });
        assert.equal((await first.inspect()).name, name);
        await assert.rejects(image.instantiate({ name, command: ["true"] }), { code: "CONTAINERS_CONTAINER_CREATE" });
        await first.remove();
        await (await image.instantiate({ name, command: ["true"] })).run();
      }),
  },
  {
    name: "a container that is made with reuse is found again, and left at the end",
    run: (context) =>
      withImage(context, async (image) => {
        const options = { command: ["sleep", "1000"], reuse: true, labels: { [label.session]: crypto.randomUUID() } };
        const first = await image.instantiate(options);
        try {
          await first.start();
          const again = await image.instantiate(options);
          assert.equal(again.id, first.id);
          await again.start();
          await again[Symbol.asyncDispose]();
          assert.equal((await first.inspect()).status, "running");
        } finally {
          await first.remove();
        }
      }),
  },
  {
    name: "what is made with reuse at the same time is one container",
    run: (context) =>
      withImage(context, async (image) => {
        const options = { command: ["sleep", "1000"], reuse: true, labels: { [label.session]: crypto.randomUUID() } };
        const made = await Promise.all(Array.from({ length: 4 }, () => image.instantiate(options)));
        try {
          assert.equal(new Set(made.map(({ id }) => id)).size, 1);
          await Promise.all(made.map((container) => container.start()));
        } finally {
          await Promise.all(made.map((container) => container.remove()));
        }
      }),
  },
  {
    name: "an image that isn't there is told",
    run: (context) =>
      withImage(context, async (image, client) => {
        assert.equal(await image.exists(), true);
        const missing = client.image("127.0.0.1:1/no/such:image", { pull: "never" });
        await assert.rejects(missing, { code: "CONTAINERS_IMAGE_MISSING" });
      }),
  },
  {
    name: "a port is published and reached",
    needs: "ports",
    run: (context) =>
      withFeature(context, "ports", async (image) => {
        await using container = await image.instantiate({
          command: ["sh", "-c", "mkdir /www; echo served > /www/index.html; exec httpd -f -p 80 -h /www"],
          ports: [80],
          waitFor: forHttp(80),
        });
        await container.start();
        const port = await container.port(80);
        assert.equal(await get(`http://${container.host}:${port}/`), "served\n");
        await container.ready(forPort(80), { withinMs: 5_000 });
        await assert.rejects(container.port(81), { code: "CONTAINERS_CONTAINER_INSPECT" });
      }),
  },
  {
    name: "containers in a network reach each other by alias",
    needs: "networks",
    run: (context) =>
      withFeature(context, "networks", async (image, client) => {
        await using network = await client.network();
        const second = await client.network();
        await using server = await image.instantiate({
          command: ["sh", "-c", "mkdir /www; echo hello > /www/index.html; exec httpd -f -p 80 -h /www"],
          networks: [{ network, aliases: ["server"] }, second],
        });
        await server.start();
        assert.deepEqual(
          Object.keys((await server.inspect()).addresses).toSorted(),
          [network.name, second.name].toSorted(),
        );
        const asking = await image.instantiate({
          command: ["sh", "-c", "until wget -q -O - http://server/; do sleep 0.1; done"],
          networks: [network],
        });
        assert.equal(await (await asking.run({ signal: AbortSignal.timeout(30_000) })).text("stdout"), "hello\n");
        await server.remove();
        await second.remove();
      }),
  },
  {
    name: "a volume outlives the containers that use it",
    needs: "volumes",
    run: (context) =>
      withFeature(context, "volumes", async (image, client) => {
        await using volume = await client.volume();
        const volumes = [{ volume, target: "/data" }];
        await (await image.instantiate({ command: ["sh", "-c", "echo kept > /data/x"], volumes })).run();
        const reader = await image.instantiate({ command: ["cat", "/data/x"], volumes });
        assert.equal(await (await reader.run()).text(), "kept\n");
      }),
  },
  {
    name: "a health check tells when it is well",
    needs: "health",
    run: (context) =>
      withFeature(context, "health", async (image) => {
        await using container = await image.instantiate({
          command: ["sh", "-c", "sleep 0.5; touch /well; sleep 1000"],
          healthCheck: { test: ["test", "-e", "/well"], intervalMs: 200, retries: 100 },
          waitFor: forHealth(),
        });
        await container.start();
        assert.equal((await container.inspect()).health, "healthy");
      }),
  },
  {
    name: "an image is built of a Dockerfile, and found again by its content",
    needs: "build",
    run: (context) =>
      withImage(context, async (base, client) => {
        const name = `slipway-conformance-${client.session}`;
        const dockerfile = `FROM ${base.name}\nRUN echo ${client.session} > /built\nCMD ["cat", "/built"]\n`;
        const build = client.image(name, { dockerfile });
        if (!client.backend.features.has("build")) {
          await assert.rejects(build, { code: "CONTAINERS_NOT_SUPPORTED" });
          return;
        }
        const image = await build;
        try {
          assert.match(image.name, /:[0-9a-f]{16}$/);
          assert.equal(await (await (await image.instantiate()).run()).text(), `${client.session}\n`);
          let steps = 0;
          const again = await client.image(name, { dockerfile, onBuild: () => (steps += 1) });
          assert.equal(again.name, image.name);
          assert.equal(steps, 0, "it was built again");
          const listed = await client.backend.listImages({ [label.managed]: "true" });
          assert.ok(listed.some(({ names }) => names.some((listedName) => listedName.endsWith(image.name))));
        } finally {
          await client.backend.removeImage(image.name);
        }
        assert.equal(await image.exists(), false);
      }),
  },
];

/** A check of what a backend may lack: there, asking for it must be refused by its name. */
async function withFeature(
  context: ConformanceContext,
  feature: BackendFeature,
  work: (image: Image, client: Client) => Promise<void>,
): Promise<void> {
  await withImage(context, async (image, client) => {
    if (client.backend.features.has(feature)) await work(image, client);
    else await assert.rejects(work(image, client), { code: "CONTAINERS_NOT_SUPPORTED" });
  });
}

async function get(url: string): Promise<string> {
  return await new Promise((resolve, reject) => {
    request(url, { agent: false }, (answer) => void text(answer).then(resolve, reject))
      .on("error", reject)
      .end();
  });
}
