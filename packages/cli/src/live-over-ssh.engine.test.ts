import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { getArchive, connect, type Engine } from "@slipway/transport";
import { startSshServer, type SshServer } from "@slipway/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Printed } from "../test/printed.ts";
import { main } from "./main.ts";

const project = `slipway-live-ssh-${process.pid}`;
let engine: Engine;
let sshd: SshServer;
let folder: string;
beforeAll(async () => {
  engine = await connect();
  sshd = await startSshServer();
  folder = await mkdtemp(path.join(tmpdir(), "slipway-live-ssh-"));
});
afterAll(async () => {
  const filters = { label: [`com.docker.compose.project=${project}`] };
  for (const { Id } of await engine.docker.listImages({ filters })) {
    await engine.docker.getImage(Id).remove({ force: true });
  }
  engine.close();
  await sshd.remove();
  await rm(folder, { recursive: true, force: true });
});

async function files(contents: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(contents)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
}

/** `slipway live` with an engine that is reached over ssh. */
function live(): { printed: Printed; stop(): Promise<number> } {
  const stopping = new AbortController();
  const printed = new Printed();
  const output = { write: (text: string | Uint8Array) => printed.add(text) };
  const ended = main(["live", "-p", project, folder], {
    stdout: output,
    stderr: output,
    env: { ...sshd.environment, DOCKER_HOST: sshd.host },
    cwd: folder,
    signal: stopping.signal,
  }).finally(() => printed.end());
  return {
    printed,
    stop: async () => {
      stopping.abort();
      return ended;
    },
  };
}

async function read(container: string, file: string): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of await getArchive(engine, container, file)) chunks.push(chunk as Buffer);
  const tar = Buffer.concat(chunks);
  return tar.subarray(512, 512 + parseInt(tar.subarray(124, 136).toString(), 8)).toString();
}

test("live builds, runs and pushes with an engine that is reached over ssh, stages and commands included", async () => {
  await files({
    "compose.yaml": "services:\n  web:\n    build: ./web\n    stop_grace_period: 0s\n",
    "web/Dockerfile": [
      "FROM slipway-base/busybox:1 AS made",
      "COPY in /in",
      "RUN tr a-z A-Z </in >/out",
      "FROM slipway-base/busybox:1",
      "COPY --from=made /out /made",
      "COPY a.txt /a.txt",
      'CMD ["sh", "-c", "echo begins with $(cat /made); exec sleep 600"]',
      "",
    ].join("\n"),
    "web/in": "one",
    "web/a.txt": "one",
  });
  const filters = { label: [`com.docker.compose.project=${project}`] };
  const command = live();
  try {
    await command.printed.until("watching");
    await command.printed.until("begins with ONE");
    const [container] = await engine.docker.listContainers({ filters });
    await files({ "web/a.txt": "two" });
    await command.printed.until("pushed 1 file");
    expect(await read(container?.Id ?? "", "/a.txt")).toBe("two");
    await files({ "web/in": "two" });
    await command.printed.until("begins with TWO");
    expect(await read(container?.Id ?? "", "/made")).toBe("TWO");
    expect(command.printed.text).not.toContain("failed");
    expect(sshd.accepted()).toBeGreaterThan(0);
  } finally {
    await command.stop();
  }
  expect(await engine.docker.listContainers({ all: true, filters })).toEqual([]);
  expect(await engine.docker.listNetworks({ filters })).toEqual([]);
});
