import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { ExitCodeError } from "../exit-code-error.ts";
import { label } from "../session.ts";
import type { ConformanceCheck } from "./conformance-check.ts";
import { withImage } from "./with-image.ts";

/** Containers that do one thing and end. */
export const runChecks: readonly ConformanceCheck[] = [
  {
    name: "stdout and stderr come apart",
    run: (context) =>
      withImage(context, async (image) => {
        const container = await image.instantiate({ command: ["sh", "-c", "echo out; echo err >&2; echo more"] });
        const logs = await container.run();
        assert.equal(await logs.text("stdout"), "out\nmore\n");
        assert.equal(await logs.text("stderr"), "err\n");
      }),
  },
  {
    name: "an exit code other than 0 is an error with the code and readable logs",
    run: (context) =>
      withImage(context, async (image) => {
        const container = await image.instantiate({
          shell: ["sh", "-c"],
          command: "echo before; echo why >&2; exit 3",
        });
        const error = await container.run().then(
          () => assert.fail("it ended without an error"),
          (failure: unknown) => failure as ExitCodeError,
        );
        assert.equal(error.code, "CONTAINERS_EXIT_CODE");
        assert.equal(error.exitCode, 3);
        assert.match(error.message, /why/);
        assert.equal(await error.logs.text("stdout"), "before\n");
        assert.equal(await error.logs.text("stderr"), "why\n");
      }),
  },
  {
    name: "a container that has run is gone, and can't be inspected",
    run: (context) =>
      withImage(context, async (image, { backend, session }) => {
        const container = await image.instantiate({ command: ["true"] });
        assert.equal((await container.inspect()).status, "created");
        await container.run();
        await assert.rejects(container.inspect(), { code: "CONTAINERS_CONTAINER_INSPECT" });
        assert.deepEqual(await backend.listContainers({ [label.session]: session }), []);
        await container.remove();
      }),
  },
  {
    name: "variables are set, whatever is in them, and the image's own stay",
    run: (context) =>
      withImage(context, async (image) => {
        const variables = { PLAIN: "a", SPACED: "b c", EQUALS: "d=e=f", EMPTY: "", COMMAS: "g,h", LINES: "i\nj" };
        const container = await image.instantiate({
          command: ["sh", "-c", 'printf "%s|" "$PLAIN" "$SPACED" "$EQUALS" "${EMPTY-unset}" "$COMMAS" "$LINES"'],
          variables,
        });
        assert.equal(await (await container.run()).text("stdout"), "a|b c|d=e=f||g,h|i\nj|");
      }),
  },
  {
    name: "without options the image's command, path and working directory are used",
    run: (context) =>
      withImage(context, async (image) => {
        const plain = await (await image.instantiate({ command: ["sh", "-c", "pwd; echo $PATH"] })).run();
        const withOptions = await (
          await image.instantiate({
            command: ["sh", "-c", "pwd; echo $PATH"],
            variables: { ANOTHER: "1" },
            user: "0",
            labels: { note: "x" },
          })
        ).run();
        const text = await plain.text("stdout");
        assert.equal(await withOptions.text("stdout"), text);
        assert.match(text, /^\/.*\n.*\/bin/);
      }),
  },
  {
    name: "the working directory, the user and the hostname are those given",
    run: (context) =>
      withImage(context, async (image) => {
        const container = await image.instantiate({
          command: ["sh", "-c", "pwd; id -u; id -g; hostname"],
          workDir: "/tmp",
          user: "1234:567",
          hostname: "somewhere",
        });
        assert.equal(await (await container.run()).text("stdout"), "/tmp\n1234\n567\nsomewhere\n");
      }),
  },
  {
    name: "an entrypoint takes the place of the image's entrypoint and command",
    run: (context) =>
      withImage(context, async (image) => {
        const container = await image.instantiate({ entrypoint: ["echo", "-n"], command: ["as", "said"] });
        assert.equal(await (await container.run()).text(), "as said");
      }),
  },
  {
    name: "a cancelled run is gone",
    run: (context) =>
      withImage(context, async (image, { backend, session }) => {
        const reason = new Error("enough");
        const controller = new AbortController();
        const container = await image.instantiate({ command: ["sh", "-c", "echo started; sleep 1000"] });
        const run = container.run({ signal: controller.signal, onOutput: () => controller.abort(reason) });
        await assert.rejects(run, reason);
        assert.deepEqual(await backend.listContainers({ [label.session]: session }), []);
        // Before anything was done, too.
        const late = await image.instantiate({ command: ["true"] });
        await assert.rejects(late.run({ signal: controller.signal }), reason);
        await assert.rejects(image.instantiate({ signal: controller.signal }), reason);
        assert.deepEqual(await backend.listContainers({ [label.session]: session }), []);
      }),
  },
  {
    name: "a run that is cancelled at any moment leaves nothing",
    run: (context) =>
      withImage(context, async (image, { backend, session }) => {
        for (const afterMs of [0, 5, 20, 60, 150]) {
          const controller = new AbortController();
          const { signal } = controller;
          const run = image
            .instantiate({ command: ["sleep", "1000"], signal })
            .then((container) => container.run({ signal }));
          await Promise.all([
            delay(afterMs).then(() => controller.abort(new Error("enough"))),
            assert.rejects(run, /enough/),
          ]);
        }
        assert.deepEqual(await backend.listContainers({ [label.session]: session }), []);
      }),
  },
  {
    name: "a command that isn't there is an error of the start, and leaves nothing",
    run: (context) =>
      withImage(context, async (image, { backend, session }) => {
        const container = await image.instantiate({ command: ["no-such-command"] });
        await assert.rejects(container.run(), (error: { code?: string; message: string }) => {
          assert.match(error.code ?? "", /^CONTAINERS_(CONTAINER_START|EXIT_CODE)$/);
          assert.match(error.message, /no-such-command/);
          return true;
        });
        assert.deepEqual(await backend.listContainers({ [label.session]: session }), []);
      }),
  },
];
