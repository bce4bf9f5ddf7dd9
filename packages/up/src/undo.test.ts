import { expect, test } from "vitest";
import { Undo } from "./undo.ts";

test("steps run newest first, once, and a failing one keeps none from running", async () => {
  const undo = new Undo();
  const ran: string[] = [];
  undo.add("network", async () => void ran.push("network"));
  undo.add("container", async () => {
    ran.push("container");
    throw new Error("busy");
  });
  undo.add("other", async () => void ran.push("other"));
  const failures = await undo.run();
  expect(ran).toEqual(["other", "container", "network"]);
  expect(failures.map(({ what, error }) => `${what}: ${(error as Error).message}`)).toEqual(["container: busy"]);
  expect(await undo.run()).toEqual([]);
});
