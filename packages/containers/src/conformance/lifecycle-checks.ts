import assert from "node:assert/strict";
import { forCommand } from "../wait/for-command.ts";
import { forExit } from "../wait/for-exit.ts";
import { forLog } from "../wait/for-log.ts";
import { label } from "../session.ts";
import type { ConformanceCheck } from "./conformance-check.ts";
import { withImage } from "./with-image.ts";

/** Containers that go on until they are told to end. */
export const lifecycleChecks: readonly ConformanceCheck[] = [
  {
    name: "start, wait, exit code",
    run: (context) =>
      withImage(context, async (image) => {
        const container = await image.instantiate({ command: ["sh", "-c", "exit 42"] });
        await container.start();
        assert.equal(await container.wait(), 42);
        const { status, exitCode } = await container.inspect();
        assert.deepEqual({ status, exitCode }, { status: "exited", exitCode: 42 });
        assert.equal(await container.wait(), 42);
      }),
  },
  {
    name: "stop asks first, and kills what doesn't listen",
    run: (context) =>
      withImage(context, async (image) => {
        const polite = await image.instantiate({
          command: ["sh", "-c", "trap 'echo bye; exit 5' TERM; echo ready; while true; do sleep 0.05; done"],
          waitFor: forLog("ready"),
        });
        await polite.start();
        await polite.stop();
        assert.equal((await polite.inspect()).exitCode, 5);
        const deaf = await image.instantiate({
          command: ["sh", "-c", "trap '' TERM; echo ready; while true; do sleep 0.05; done"],
          waitFor: forLog("ready"),
        });
        await deaf.start();
        await deaf.stop({ withinMs: 1_000 });
        assert.equal((await deaf.inspect()).exitCode, 137);
        await deaf.stop();
      }),
  },
  {
    name: "kill sends any signal",
    run: (context) =>
      withImage(context, async (image) => {
        const container = await image.instantiate({
          command: ["sh", "-c", "trap 'exit 7' USR1; echo ready; while true; do sleep 0.05; done"],
          waitFor: forLog("ready"),
        });
        await container.start();
        await container.kill("SIGUSR1");
        assert.equal(await container.wait(), 7);
        await container.kill();
      }),
  },
  {
    name: "one that was stopped can be started again",
    run: (context) =>
      withImage(context, async (image) => {
        const container = await image.instantiate({ command: ["sh", "-c", "echo x >> /seen; wc -l < /seen"] });
        await container.start();
        await container.wait();
        await container.start();
        assert.equal(await container.wait(), 0);
        let seen = "";
        for await (const { data } of container.logs()) seen += data.toString();
        assert.equal(seen, "1\n2\n");
      }),
  },
  {
    name: "exec: outputs apart, exit code, variables, working directory, user",
    run: (context) =>
      withImage(context, async (image) => {
        const container = await image.instantiate({ command: ["sleep", "1000"] });
        await container.start();
        const { exitCode, logs } = await container.exec(["sh", "-c", "echo $V; pwd; id -u; echo err >&2; exit 9"], {
          variables: { V: "a=b" },
          workDir: "/tmp",
          user: "12",
        });
        assert.equal(exitCode, 9);
        assert.equal(await logs.text("stdout"), "a=b\n/tmp\n12\n");
        assert.equal(await logs.text("stderr"), "err\n");
        const large = await container.exec(["sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' x"]);
        assert.equal((await large.logs.text("stdout")).length, 3_000_000);
      }),
  },
  {
    name: "a cancelled exec ends its processes",
    run: (context) =>
      withImage(context, async (image) => {
        const container = await image.instantiate({ command: ["sleep", "1000"] });
        await container.start();
        const controller = new AbortController();
        const reason = new Error("enough");
        const command = ["sh", "-c", "echo on; sleep 987 & sleep 987; true"];
        const run = container.exec(command, {
          signal: controller.signal,
          onOutput: () => controller.abort(reason),
        });
        await assert.rejects(run, reason);
        await container.ready(forCommand(["sh", "-c", "! grep -sql 9[8]7 /proc/[1-9]*/cmdline"]), { withinMs: 10_000 });
      }),
  },
  {
    name: "waiting: for a line, for the end; what never comes is told with the last logs",
    run: (context) =>
      withImage(context, async (image) => {
        const done = await image.instantiate({ command: ["sh", "-c", "echo working; exit 0"], waitFor: forExit() });
        await done.start();
        const wrong = await image.instantiate({
          command: ["sh", "-c", "echo cannot open the database; exit 4"],
          waitFor: forLog("listening"),
        });
        await assert.rejects(wrong.start(), (error: { code: string; message: string }) => {
          assert.equal(error.code, "CONTAINERS_CONTAINER_NOT_READY");
          assert.match(error.message, /listening.*cannot open the database/s);
          return true;
        });
        const slow = await image.instantiate({
          command: ["sh", "-c", "echo still thinking; sleep 1000"],
          waitFor: forLog("listening"),
          readyWithinMs: 1_000,
        });
        await assert.rejects(slow.start(), /within 1 s.*still thinking/s);
        await slow.wait();
      }),
  },
  {
    name: "await using removes a container, also one that runs",
    run: (context) =>
      withImage(context, async (image, { backend, session }) => {
        {
          await using container = await image.instantiate({ command: ["sleep", "1000"] });
          await container.start();
        }
        assert.deepEqual(await backend.listContainers({ [label.session]: session }), []);
      }),
  },
  {
    name: "ten at a time don't get in each other's way",
    run: (context) =>
      withImage(context, async (image) => {
        const outputs = await Promise.all(
          Array.from({ length: 10 }, async (_, index) => {
            const container = await image.instantiate({ command: ["sh", "-c", `echo ${index}; exit 0`] });
            return await (await container.run()).text();
          }),
        );
        assert.deepEqual(
          outputs,
          outputs.map((_, index) => `${index}\n`),
        );
      }),
  },
];
