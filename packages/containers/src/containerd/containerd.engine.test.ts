import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { packEntries } from "@slipway/context";
import { connect, type Engine, pushImage, removeImage, tagImage } from "@slipway/transport";
import { afterAll, beforeAll, expect, test } from "vitest";
import { OwnContainerd } from "../../test/own-containerd.ts";
import { OwnRegistry } from "../../test/registry.ts";
import { TokenRegistry } from "../../test/token-registry.ts";
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
  await client.image(image, { auth });
  await client.close();
});

afterAll(async () => {
  const backend = await containerd?.open();
  for (const { id } of (await backend?.listContainers({})) ?? []) await backend.removeContainer(id);
  backend?.close();
  await Promise.all([containerd?.stop(), registry?.stop()]);
  engine?.close();
});

for (const { name, run } of conformanceChecks()) {
  test(`containerd: ${name}`, () => run({ open: () => containerd.open(), image }));
}

test("an image for several platforms, from a registry that asks for a token", async () => {
  const digest = (body: Buffer): string => `sha256:${createHash("sha256").update(body).digest("hex")}`;
  const layer = await buffer(
    packEntries([
      { header: { name: "bin", type: "directory" } },
      { header: { name: "bin/busybox", type: "file", mode: 0o755 }, body: await readFile("/bin/busybox") },
    ]),
  );
  const config = Buffer.from(
    JSON.stringify({
      os: "linux",
      architecture: process.arch === "x64" ? "amd64" : "arm64",
      config: { Entrypoint: ["/bin/busybox", "echo"], Cmd: ["by", "default"], Env: ["A=b"], Labels: { kind: "test" } },
      rootfs: { type: "layers", diff_ids: [digest(layer)] },
    }),
  );
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const part = (type: string, body: Buffer): object => ({ mediaType: type, digest: digest(body), size: body.length });
  const packed = gzipSync(layer);
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType,
      config: part("application/vnd.oci.image.config.v1+json", config),
      layers: [part("application/vnd.oci.image.layer.v1.tar+gzip", packed)],
    }),
  );
  const platform = (architecture: string, os = "linux"): object => ({ platform: { os, architecture } });
  const nowhere = part(mediaType, Buffer.from("not there"));
  const index = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      manifests: [
        { ...nowhere, ...platform("s390x") },
        { ...nowhere, ...platform("amd64", "windows") },
        { ...part(mediaType, manifest), ...platform(process.arch === "x64" ? "amd64" : "arm64") },
      ],
    }),
  );
  const indexType = "application/vnd.oci.image.index.v1+json";
  const registry = await TokenRegistry.start(
    {
      manifests: new Map([
        ["1", { mediaType: indexType, body: index }],
        [digest(index), { mediaType: indexType, body: index }],
        [digest(manifest), { mediaType, body: manifest }],
      ]),
      blobs: new Map([config, packed].map((body) => [digest(body), body])),
    },
    "me",
    "secret:with a colon",
  );
  const name = `${registry.domain}/some/app:1`;
  const client = new Client(await containerd.open(), { reaper: false });
  try {
    const wrong = client.image(name, { auth: { username: "me", password: "wrong" } });
    await expect(wrong).rejects.toMatchObject({
      code: "CONTAINERS_IMAGE_PULL",
      hint: expect.stringContaining("login"),
    });
    const auth = { username: "me", password: "secret:with a colon" };
    const foreign = client.image(name, { auth, platform: "linux/riscv64" });
    await expect(foreign).rejects.toMatchObject({ hint: expect.stringContaining("linux/s390x, windows/amd64") });
    const statuses = new Set<string>();
    const pulled = await client.image(name, { auth, onPull: ({ status }) => void statuses.add(status) });
    expect([...statuses]).toEqual(["Downloading", "Extracting", `Digest: ${digest(index)}`]);
    expect(await pulled.inspect()).toMatchObject({ id: digest(index), names: [name], labels: { kind: "test" } });
    expect(await (await (await pulled.instantiate()).run()).text()).toBe("by default\n");
    const user = await pulled.instantiate({ user: "nobody" }).catch((error: unknown) => error);
    expect(user).toMatchObject({ code: "CONTAINERS_CONTAINER_OPTIONS", message: expect.stringContaining("nobody") });
    registry.requests.length = 0;
    await pulled.pull();
    expect(registry.requests.filter((path) => path.endsWith(digest(packed)))).toEqual([]);
    const byDigest = await client.image(`${registry.domain}/some/app@${digest(index)}`, { auth });
    expect(await byDigest.exists()).toBe(true);
  } finally {
    await client.backend.removeImage(name);
    await client.close();
    await registry.stop();
  }
});

test("of a process that is killed nothing is left", async () => {
  const script = `
    import { Client } from "@slipway/containers";
    const client = await Client.connect({ backend: ${JSON.stringify(containerd.config)} });
    const image = await client.image("${image}", { pull: "never" });
    await (await image.instantiate({ command: ["sleep", "1000"] })).start();
    console.log("on");
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    cwd: import.meta.dirname,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exit = once(child, "exit");
  await once(child.stdout, "data");
  const backend = await containerd.open();
  expect(await backend.listContainers({})).toHaveLength(1);
  child.kill("SIGKILL");
  await exit;
  await expect.poll(() => backend.listContainers({}), { timeout: 15_000 }).toEqual([]);
  backend.close();
});

test("none of these tests has left a container, its logs, or a process", async () => {
  const backend = await containerd.open();
  expect(await backend.listContainers({})).toEqual([]);
  backend.close();
  expect(await containerd.logFolders()).toEqual([]);
  await expect.poll(() => containerd.shims()).toEqual([]);
});
