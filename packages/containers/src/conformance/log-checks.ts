import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { text } from "node:stream/consumers";
import type { LogBuffer } from "../logs/log-buffer.ts";
import type { ConformanceCheck } from "./conformance-check.ts";
import { withImage } from "./with-image.ts";

const manyLines = 200_000;
/** 60 bytes a line: 12 MB in all. */
const padding = "x".repeat(52);

/** What containers write. */
export const logChecks: readonly ConformanceCheck[] = [
  {
    name: "200,000 lines, 12 MB, are complete and apart",
    run: (context) =>
      withImage(context, async (image) => {
        const half = manyLines / 2;
        const write = (stream: string): string => `seq -f '%07.0f${padding}' ${half} ${stream}`;
        const seq = `${write("")} & ${write(">&2")} & wait`;
        // busybox's seq has no format: its numbers are padded by themselves, and the rest comes from sed.
        const plain = `seq -w 1000001 ${1_000_000 + half} | sed 's/$/${padding}/'`;
        const command = `if seq -f %.0f 1 >/dev/null 2>&1; then ${seq}; else ${plain} & ${plain} >&2 & wait; fi`;
        const container = await image.instantiate({ command: ["sh", "-c", command] });
        await using logs = await container.run();
        for (const stream of ["stdout", "stderr"] as const) {
          const { lines, bytes, ordered } = await measure(logs, stream);
          assert.equal(lines, half, `${stream} has ${lines} lines`);
          assert.ok(ordered, `${stream} is not in order`);
          assert.ok(bytes >= half * 60, `${stream} has ${bytes} bytes`);
        }
      }),
  },
  {
    name: "either stream can be read first, to its end, and again",
    run: (context) =>
      withImage(context, async (image) => {
        const command = "i=0; while [ $i -lt 2000 ]; do echo out$i; echo err$i >&2; i=$((i+1)); done";
        const container = await image.instantiate({ command: ["sh", "-c", command] });
        await using logs = await container.run();
        const expected = (name: string): string => Array.from({ length: 2_000 }, (_, i) => `${name}${i}\n`).join("");
        const { stdout, stderr } = logs.separated();
        assert.equal(await text(stderr), expected("err"));
        assert.equal(await text(stdout), expected("out"));
        assert.equal((await text(logs.combined())).length, expected("out").length + expected("err").length);
        assert.equal(await text(logs.separated().stderr), expected("err"));
      }),
  },
  {
    name: "bytes come as they were written",
    run: (context) =>
      withImage(context, async (image) => {
        const container = await image.instantiate({
          command: ["sh", "-c", "printf '\\000\\377\\012\\015\\033[0m'; head -c 300000 /dev/zero; printf 'end'"],
        });
        await using logs = await container.run();
        const parts: Buffer[] = [];
        for await (const part of logs.separated().stdout) parts.push(part as Buffer);
        const expected = Buffer.concat([
          Buffer.from([0, 255, 10, 13, 27]),
          Buffer.from("[0m"),
          Buffer.alloc(300_000),
          Buffer.from("end"),
        ]);
        const hash = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
        assert.equal(hash(Buffer.concat(parts)), hash(expected));
      }),
  },
  {
    name: "logs come while the container runs",
    run: (context) =>
      withImage(context, async (image) => {
        const container = await image.instantiate({ command: ["sh", "-c", "echo first; sleep 1000"] });
        await container.start();
        for await (const { stream, data } of container.logs({ follow: true })) {
          assert.equal(stream, "stdout");
          assert.equal(data.toString(), "first\n");
          break;
        }
        assert.equal((await container.inspect()).status, "running");
        const controller = new AbortController();
        const reason = new Error("enough");
        const follow = (async () => {
          for await (const _ of container.logs({ follow: true, signal: controller.signal })) controller.abort(reason);
        })();
        await assert.rejects(follow, reason);
      }),
  },
  {
    name: "the logs of one that runs, without following, end",
    run: (context) =>
      withImage(context, async (image) => {
        const container = await image.instantiate({ command: ["sh", "-c", "echo first; sleep 1000"] });
        await container.start();
        for await (const _ of container.logs({ follow: true })) break;
        let seen = "";
        for await (const { data } of container.logs()) seen += data.toString();
        assert.equal(seen, "first\n");
      }),
  },
  {
    name: "the logs of one that was stopped can be read",
    run: (context) =>
      withImage(context, async (image) => {
        const container = await image.instantiate({ command: ["sh", "-c", "echo out; echo err >&2; sleep 1000"] });
        await container.start();
        let lines = 0;
        for await (const _ of container.logs({ follow: true })) if (++lines === 2) break;
        await container.stop({ withinMs: 0 });
        for (const follow of [false, true]) {
          const seen = { stdout: "", stderr: "" };
          for await (const { stream, data } of container.logs({ follow })) seen[stream] += data.toString();
          assert.deepEqual(seen, { stdout: "out\n", stderr: "err\n" });
        }
      }),
  },
];

async function measure(
  logs: LogBuffer,
  stream: "stdout" | "stderr",
): Promise<{ lines: number; bytes: number; ordered: boolean }> {
  let lines = 0;
  let bytes = 0;
  let ordered = true;
  let partial = "";
  let last = -1;
  for await (const chunk of logs.separated()[stream]) {
    bytes += (chunk as Buffer).length;
    const found = (partial + (chunk as Buffer).toString("latin1")).split("\n");
    partial = found.pop() ?? "";
    for (const line of found) {
      lines += 1;
      const number = Number.parseInt(line, 10);
      if (last >= 0 && number !== last + 1) ordered = false;
      last = number;
    }
  }
  return { lines, bytes, ordered: ordered && partial === "" };
}
