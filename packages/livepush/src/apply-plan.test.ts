import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parse, stages } from "@slipway/dockerfile";
import type { Engine } from "@slipway/transport";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Files, writeFiles } from "../test/workbench.ts";
import { applyPlan } from "./apply-plan.ts";
import { ContextListing } from "./context-listing.ts";
import { plan } from "./plan.ts";
import type { PushPlan } from "./push-plan.ts";
import { listContext } from "./read-changes.ts";
import { FakeUpdater } from "./testing.ts";
import { touchedPaths } from "./touched.ts";
import { nothingUndone, undoneAfter } from "./undone.ts";
import { ignoreNothing } from "@slipway/context";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "slipway-apply-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const dockerfile = "FROM x\nCOPY a /one/\nRUN first\nCOPY a b /two/\nRUN second\nCOPY c /three/";

async function planFor(files: Files, changed: string[], undone = nothingUndone): Promise<PushPlan> {
  await writeFiles(directory, files);
  return plan({
    stages: stages(parse(dockerfile)),
    context: new ContextListing(await listContext(directory, ignoreNothing)),
    changes: changed.map((name) => ({ path: name, before: { type: "file" }, after: { type: "file" } })),
    undone,
  });
}

/** Applies a plan, or only its first actions. */
async function apply(planned: PushPlan, updater: FakeUpdater, most = Infinity): Promise<number> {
  const controller = new AbortController();
  let done = 0;
  const stopIfEnough = (): void => {
    if (done >= most) controller.abort();
  };
  stopIfEnough();
  const applying = applyPlan(planned, {
    engine: {} as Engine, // a plan without COPY --from asks nothing of it
    stages: stages(parse(dockerfile)),
    directory,
    context: new ContextListing(),
    containers: {
      containerOf: () => Promise.resolve("fake"),
      sourceOf: () => Promise.resolve("fake"),
      updater: () => Promise.resolve(updater),
      updaterWithShell: () => Promise.resolve(updater),
    },
    flows: new Map(),
    report: () => undefined,
    signal: controller.signal,
    onDone: () => {
      done += 1;
      stopIfEnough();
    },
  });
  await applying.catch((error: unknown) => {
    if (error !== controller.signal.reason) throw error;
  });
  return done;
}

test("actions come in order, and what commands wrote over is put back", async () => {
  const planned = await planFor({ a: { content: "A", mode: 0o750 }, b: "B", c: "C" }, ["a"]);
  const updater = new FakeUpdater(() => {
    updater.changed.add("/two/b");
    return Promise.resolve(0);
  });
  await apply(planned, updater);
  const file = { type: "file", uid: 0, gid: 0, linkname: undefined };
  expect(Object.fromEntries(updater.files)).toEqual({
    "/one/a": { ...file, mode: 0o750, content: "A" },
    "/two/a": { ...file, mode: 0o750, content: "A" },
    "/two/b": { ...file, mode: 0o644, content: "B" },
  });
  expect(updater.commands.map(({ argv }) => argv.at(-1))).toEqual(["first", "second"]);
});

test("whatever point a push is cut off at, the next one does the rest and nothing twice", async () => {
  const whole = await planFor({ a: "A", b: "B", c: "C" }, ["a", "c"]);
  const total = whole.stages[0]?.actions.length ?? 0;
  expect(total).toBeGreaterThan(5);
  for (let cut = 0; cut <= total; cut++) {
    const updater = new FakeUpdater();
    const done = await apply(whole, updater, cut);
    expect(done).toBe(cut);
    const listing = new ContextListing(await listContext(directory, ignoreNothing));
    const touched = touchedPaths(
      ["a", "c"].map((name) => ({ path: name, before: { type: "file" }, after: { type: "file" } })),
      undefined,
      listing,
    );
    const undone = undoneAfter(whole, new Map([[0, done]]), () => touched, false);
    const rest = await planFor({}, [], undone);
    await apply(rest, updater);
    expect(
      updater.commands.map(({ argv }) => argv.at(-1)),
      `cut at ${cut}`,
    ).toEqual(["first", "second"]);
    // A command that ran before the cut may have written over what a later COPY put there: all of that is put back.
    const files = [...updater.files.keys()].filter((name) => name !== "/two/b").toSorted();
    expect(files, `cut at ${cut}`).toEqual(["/one/a", "/three/c", "/two/a"]);
  }
});
