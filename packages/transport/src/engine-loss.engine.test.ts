import { existsSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect } from "./connect.ts";
import { describeEngine } from "./describe-engine.ts";
import { openShell } from "./container-shell.ts";
import { dockerFor } from "./docker-for.ts";
import type { Engine } from "./engine.ts";
import { execute } from "./execute.ts";
import { loadImages } from "./images/load-images.ts";
import { pushImage } from "./images/push-image.ts";
import { saveImages } from "./images/save-images.ts";
import { testEngine, type TestEngine } from "@slipway/testing";

let daemon: TestEngine;
let engine: Engine;

beforeAll(async () => {
  daemon = await testEngine({ tls: true, registry: true });
  engine = await connect({ host: daemon.host });
  const source = await connect();
  await loadImages(engine, await saveImages(source, ["slipway-base/busybox:1"]));
  source.close();
});

afterAll(async () => {
  engine?.close();
  await daemon?.remove();
});

async function startContainer(): Promise<string> {
  const container = await engine.docker.createContainer({
    Image: "slipway-base/busybox:1",
    Cmd: ["sleep", "600"],
    HostConfig: { NetworkMode: "none" },
  });
  await container.start();
  return container.id;
}

test("TLS: with certificates it answers and connections can be taken over; without them it is refused", async () => {
  const { host, certificates } = daemon.tcp as { host: string; certificates: string };
  const environment = { DOCKER_HOST: host, DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: certificates };
  const over = await connect({ environment });
  expect(await describeEngine(over)).toMatchObject({ kind: "docker", buildkit: true, host, source: "DOCKER_HOST" });
  const container = await startContainer();
  let said = "";
  await execute(over, container, { cmd: ["echo", "by TLS"], onOutput: ({ data }) => (said += data.toString()) });
  expect(said).toBe("by TLS\n");
  over.close();

  const files = (name: string): string => path.join(certificates, name);
  const docker = dockerFor({
    host,
    tls: { ca: files("ca.pem"), cert: files("cert.pem"), key: files("key.pem"), verify: true },
  });
  expect((await docker.ping()).toString()).toBe("OK");

  await expect(connect({ environment: { DOCKER_HOST: host } })).rejects.toMatchObject({ code: "TRANSPORT_NO_ENGINE" });
  // A client without a certificate of its own, and one that doesn't know the server's authority.
  const noClient = dockerFor({ host, tls: { ca: files("ca.pem"), verify: true } });
  await expect(noClient.ping()).rejects.toThrow(/certificate|handshake|socket/i);
  const noAuthority = dockerFor({ host, tls: { cert: files("cert.pem"), key: files("key.pem"), verify: true } });
  await expect(noAuthority.ping()).rejects.toThrow(/certificate/i);
  await expect(connect({ environment: { ...environment, DOCKER_CERT_PATH: "/nowhere" } })).rejects.toMatchObject({
    code: "TRANSPORT_BAD_CONFIG",
    message: expect.stringContaining("/nowhere/ca.pem"),
  });
});

test("an engine that is killed in the middle of an exec and a shell: errors at once; back again, all works", async () => {
  expect(existsSync(daemon.host.slice("unix://".length))).toBe(true);
  const container = await startContainer();
  const shell = await openShell(engine, container);
  let started: () => void = () => undefined;
  const up = new Promise<void>((resolve) => (started = resolve));
  const running = execute(engine, container, { cmd: ["sh", "-c", "echo up; sleep 600"], onOutput: () => started() });
  const inShell = shell.run("sleep 600");
  await up;
  const failures = Promise.allSettled([running, inShell]);
  await daemon.kill();
  const settled = await Promise.race([failures, delay(10_000, "hangs", { ref: false })]);
  expect(settled).toEqual([
    { status: "rejected", reason: expect.objectContaining({ code: "TRANSPORT_CONNECTION_LOST" }) },
    { status: "rejected", reason: expect.objectContaining({ code: "TRANSPORT_SHELL_CLOSED" }) },
  ]);
  expect(shell.closed).toBe(true);
  await expect(execute(engine, container, { cmd: ["true"] })).rejects.toMatchObject({
    code: "TRANSPORT_CONNECTION_LOST",
    hint: expect.stringContaining("is the engine running"),
  });
  await daemon.start();
  const again = await startContainer();
  expect((await execute(engine, again, { cmd: ["true"] })).exitCode).toBe(0);
});

test("an engine that is killed in the middle of a push: an error at once, not tried again; then it works", async () => {
  const container = await startContainer();
  const cmd = ["dd", "if=/dev/urandom", "of=/big", "bs=1M", "count=48"];
  expect((await execute(engine, container, { cmd })).exitCode).toBe(0);
  const name = "127.0.0.1:5000/big";
  await engine.docker.getContainer(container).commit({ repo: name, tag: "1" });
  const said: string[] = [];
  let killed: Promise<void> | undefined;
  const pushed = pushImage(engine, `${name}:1`, {
    onProgress: ({ status, current = 0 }) => {
      said.push(status);
      if (status === "Pushing" && current > 0) killed ??= daemon.kill();
    },
  });
  await expect(Promise.race([pushed, delay(20_000, "hangs", { ref: false })])).rejects.toMatchObject({
    code: "TRANSPORT_CONNECTION_LOST",
  });
  expect(said.some((status) => status.startsWith("Trying again"))).toBe(false);
  await killed;
  await daemon.start();
  expect((await pushImage(engine, `${name}:1`)).digest).toMatch(/^sha256:/);
});
