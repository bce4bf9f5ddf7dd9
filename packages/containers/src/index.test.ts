import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

test("what talks to an engine is loaded only when it is used", () => {
  const script = 'await import("@slipway/containers");';
  const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    cwd: import.meta.dirname,
    env: { ...process.env, NODE_DEBUG: "esm" },
    encoding: "utf8",
    maxBuffer: 100_000_000,
  });
  expect(status).toBe(0);
  const loaded = (text: string): boolean => stderr.includes(text);
  expect([loaded("dist/client.js"), loaded("dockerode"), loaded("grpc"), loaded("packages/build")]).toEqual([
    true,
    false,
    false,
    false,
  ]);
});
