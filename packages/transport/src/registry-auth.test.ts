import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { registryAuthFor } from "./registry-auth.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-transport-"));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

const configure = (config: object): Promise<void> =>
  writeFile(path.join(folder, "config.json"), JSON.stringify(config));
const ask = (domain: string): ReturnType<typeof registryAuthFor> => registryAuthFor(domain, { DOCKER_CONFIG: folder });

test("the file's own credentials, for their registry only", async () => {
  await configure({
    auths: {
      "r.example:5000": { auth: Buffer.from("me:a:b").toString("base64") },
      "https://index.docker.io/v1/": { username: "u", password: "p" },
    },
  });
  expect(await ask("r.example:5000")).toEqual({ username: "me", password: "a:b", serveraddress: "r.example:5000" });
  expect(await ask("docker.io")).toEqual({
    username: "u",
    password: "p",
    serveraddress: "https://index.docker.io/v1/",
  });
  expect(await ask("other.example")).toBeUndefined();
});

test("a credential helper, and one that has none", async () => {
  const helper = path.join(folder, "docker-credential-slipwaytest");
  await writeFile(
    helper,
    '#!/bin/sh\nread server\n[ "$server" = r.example ] || { echo none; exit 1; }\necho \'{"Username":"h","Secret":"s"}\'\n',
  );
  await chmod(helper, 0o755);
  vi.stubEnv("PATH", `${folder}:${process.env["PATH"]}`);
  await configure({ credsStore: "slipwaytest" });
  expect(await ask("r.example")).toEqual({ username: "h", password: "s", serveraddress: "r.example" });
  expect(await ask("other.example")).toBeUndefined();
});

test("no configuration, no credentials", async () => {
  expect(await ask("r.example")).toBeUndefined();
});
