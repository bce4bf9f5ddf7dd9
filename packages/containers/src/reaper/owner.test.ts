import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { hasEnded, thisProcess } from "./owner.ts";

test("a process that runs, one that has ended, and such as can't be told from here", async () => {
  const own = thisProcess();
  expect(hasEnded(own)).toBe(false);
  const [host, boot, namespace, pid, start] = own.split("|");
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  expect(hasEnded([host, boot, namespace, child.pid, "1"].join("|"))).toBe(true);
  expect(hasEnded([host, boot, namespace, pid, `${start}0`].join("|"))).toBe(true);
  expect(hasEnded([host, "an earlier boot", namespace, pid, start].join("|"))).toBe(true);
  expect(hasEnded([host, boot, "pid:[1]", "999999", start].join("|"))).toBe(false);
  expect(hasEnded(["elsewhere", boot, namespace, "999999", start].join("|"))).toBe(false);
  expect(hasEnded("")).toBe(false);
  expect(hasEnded("nonsense")).toBe(false);
});
