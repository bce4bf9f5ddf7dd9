import { connect, type Engine, pushImage, removeImage, tagImage } from "@slipway/transport";
import { afterAll, beforeAll, expect, test } from "vitest";
import { OwnContainerd } from "../../test/own-containerd.ts";
import { OwnRegistry } from "../../test/registry.ts";
import type { PullStatus } from "../backend/backend.ts";
import { Client } from "../client.ts";
import { conformanceChecks } from "../conformance/index.ts";

let containerd: OwnContainerd;
let registry: OwnRegistry;
let engine: Engine;
let image: string;

beforeAll(async () => {
  [containerd, registry, engine] = await Promise.all([OwnContainerd.start(), OwnRegistry.start(), connect()]);
  image = `${registry.domain}/busybox:1`;
  const auth = { username: registry.user, password: registry.password, serveraddress: registry.domain };
  await tagImage(engine, "slipway-base/busybox:1", image);
  await pushImage(engine, image, { auth });
  await removeImage(engine, image);
  const client = new Client(await containerd.open());
  const statuses: PullStatus[] = [];
  await client.image(image, { auth, onPull: (status) => void statuses.push(status) });
  expect(statuses.map(({ status }) => status)).toContain("Extracting");
  await client.close();
});

afterAll(async () => {
  const backend = await containerd?.open();
  const left = await backend?.listContainers({});
  for (const { id } of left ?? []) await backend.removeContainer(id);
  backend?.close();
  const shims = containerd?.shims();
  await Promise.all([containerd?.stop(), registry?.stop()]);
  engine?.close();
  expect(left?.map(({ labels }) => labels)).toEqual([]);
  expect(shims).toEqual([]);
});

for (const { name, run } of conformanceChecks()) {
  test(`containerd: ${name}`, () => run({ open: () => containerd.open(), image }));
}
