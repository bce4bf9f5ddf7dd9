import { dockerFor, toEngine } from "@slipway/transport";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { Workbench } from "../test/workbench.ts";
import { ShellUpdater } from "./shell-updater.ts";

let bench: Workbench;
beforeAll(async () => {
  bench = await Workbench.open();
});
afterEach(() => bench.clear());
afterAll(() => bench.close());

interface Modem {
  dial(
    options: { readonly path: string; readonly abortSignal?: AbortSignal },
    callback: (error: unknown, answer?: unknown) => void,
  ): void;
}

/** Through an engine that loses the first so many starts of an exec. */
async function open(times: number, openWithinMs: number): Promise<ShellUpdater> {
  const docker = dockerFor({ host: bench.engine.host });
  const modem = docker.modem as unknown as Modem;
  const dial = modem.dial.bind(modem);
  let lost = 0;
  modem.dial = (options, callback) => {
    if (!/^\/exec\/.*\/start/.test(options.path) || lost === times) return dial(options, callback);
    lost += 1;
    options.abortSignal?.addEventListener("abort", () => callback(options.abortSignal?.reason));
  };
  const id = await bench.run("slipway-base/busybox:1", { Cmd: ["sleep", "600"], StopSignal: "KILL" });
  return ShellUpdater.open(toEngine(docker), id, [], openWithinMs);
}

test("a shell whose opening got lost is opened again", async () => {
  const updater = await open(1, 2_000);
  expect(updater.live).toBe(true);
  expect(await updater.mark(new AbortController().signal)).toBeGreaterThan(0);
  await updater.close();
});

test("a shell that doesn't open the second time either is told", async () => {
  await expect(open(2, 300)).rejects.toMatchObject({
    code: "TRANSPORT_NO_ANSWER",
    message: expect.stringContaining("waiting for the engine to start it"),
  });
});
