import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { packEntries, readEntries } from "@slipway/context";
import type { ConformanceCheck } from "./conformance-check.ts";
import { withImage } from "./with-image.ts";

/** Files in and out of containers. */
export const fileChecks: readonly ConformanceCheck[] = [
  {
    name: "a folder of the engine's machine is seen and written from both sides, or only read",
    run: (context) =>
      withImage(context, async (image) => {
        const folder = await mkdtemp(path.join(tmpdir(), "slipway-conformance-"));
        try {
          await writeFile(path.join(folder, "in"), "from outside");
          const container = await image.instantiate({
            command: ["sh", "-c", "cat /there/in; echo from inside > /there/out"],
            volumes: [`${folder}:/there`],
          });
          assert.equal(await (await container.run()).text(), "from outside");
          assert.equal(await readFile(path.join(folder, "out"), "utf8"), "from inside\n");
          const reader = await image.instantiate({
            command: ["sh", "-c", "touch /there/x 2>/dev/null || echo refused"],
            volumes: [`${folder}:/there:ro`],
          });
          assert.equal(await (await reader.run()).text(), "refused\n");
        } finally {
          await rm(folder, { recursive: true });
        }
      }),
  },
  {
    name: "tmpfs is memory, of the size given",
    run: (context) =>
      withImage(context, async (image) => {
        const container = await image.instantiate({
          command: ["sh", "-c", "grep ' /fast ' /proc/mounts; touch /fast/x && echo written"],
          tmpfs: { "/fast": 1_048_576 },
        });
        assert.match(await (await container.run()).text(), /^tmpfs .*size=1024k.*\nwritten\n$/);
      }),
  },
  {
    name: "files are copied in before the start and while it runs, and out at any time",
    run: (context) =>
      withImage(context, async (image) => {
        const container = await image.instantiate({ command: ["sh", "-c", "cat /tmp/before; sleep 1000"] });
        await container.putArchive(archive({ before: "early" }), "/tmp");
        await container.start();
        await container.putArchive(archive({ "folder/during": "later" }), "/tmp");
        const { logs } = await container.exec(["cat", "/tmp/before", "/tmp/folder/during"]);
        assert.equal(await logs.text(), "earlylater");
        assert.deepEqual(await contents(await container.getArchive("/tmp/folder")), { "folder/during": "later" });
        await container.stop({ withinMs: 0 });
        assert.deepEqual(await contents(await container.getArchive("/tmp/before")), { before: "early" });
        await assert.rejects(container.getArchive("/no/such/file"), { code: "CONTAINERS_CONTAINER_COPY" });
        await assert.rejects(container.putArchive(archive({ x: "" }), "/no/such/folder"), {
          code: "CONTAINERS_CONTAINER_COPY",
        });
      }),
  },
  {
    name: "links in a container lead nowhere outside of it",
    run: (context) =>
      withImage(context, async (image) => {
        const folder = await mkdtemp(path.join(tmpdir(), "slipway-conformance-"));
        try {
          const container = await image.instantiate({
            command: ["sh", "-c", `ln -s ${folder} /out; echo on; sleep 1000`],
          });
          await container.start();
          for await (const _ of container.logs({ follow: true })) break;
          await container.putArchive(archive({ x: "escaped" }), "/out").catch(() => undefined);
          await assert.rejects(readFile(path.join(folder, "x")), { code: "ENOENT" });
        } finally {
          await rm(folder, { recursive: true });
        }
      }),
  },
];

function archive(files: Readonly<Record<string, string>>): ReturnType<typeof packEntries> {
  return packEntries(Object.entries(files).map(([name, body]) => ({ header: { name, type: "file" as const }, body })));
}

async function contents(tar: Parameters<typeof readEntries>[0]): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for await (const { header, body } of readEntries(tar)) {
    if (header.type !== "file") continue;
    const parts: Buffer[] = [];
    for await (const part of body) parts.push(part as Buffer);
    files[header.name] = Buffer.concat(parts).toString();
  }
  return files;
}
