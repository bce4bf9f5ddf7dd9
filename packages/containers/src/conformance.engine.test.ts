import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { conformanceChecks } from "./conformance/index.ts";
import { newBackend } from "./new-backend.ts";
import { removeResources } from "./remove-resources.ts";

const labels = { "dev.slipway.test": `containers-${randomBytes(4).toString("hex")}` };
const open = () => newBackend({ type: "docker" });

for (const { name, run } of conformanceChecks()) {
  test(`docker: ${name}`, () => run({ open, image: "slipway-base/busybox:1", labels }));
}

test("docker: none of these checks has left anything", async () => {
  const backend = await open();
  const left = await removeResources(backend, { labels });
  backend.close();
  expect(left).toEqual({ containers: [], networks: [], volumes: [] });
});
