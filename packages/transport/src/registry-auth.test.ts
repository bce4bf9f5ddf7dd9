import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
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

test("keys of older files, and what other programs write around the values", async () => {
  const auth = Buffer.from("me:pass\0\0").toString("base64");
  await configure({ auths: { "https://old.example:5000/v1/": { auth }, "other.example/path": { auth } } });
  for (const domain of ["old.example:5000", "other.example"]) {
    expect(await ask(domain)).toEqual({ username: "me", password: "pass", serveraddress: domain });
  }
  expect(await ask("old.example")).toBeUndefined();
  await writeFile(path.join(folder, "config.json"), "\uFEFF{}");
  expect(await ask("r.example")).toBeUndefined();
  await writeFile(path.join(folder, "config.json"), "");
  expect(await ask("r.example")).toBeUndefined();
});

test.each([{ auths: "x" }, { credHelpers: [] }, { credsStore: 5 }, []])(
  "a configuration of %j is refused",
  async (config) => {
    await configure(config);
    await expect(ask("r.example")).rejects.toMatchObject({
      code: "TRANSPORT_BAD_CONFIG",
      message: expect.stringContaining("config.json"),
    });
  },
);

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

test("a helper's token; one that fails says so without its secrets; an abort kills one that hangs", async () => {
  const helper = path.join(folder, "docker-credential-slipwaytest");
  vi.stubEnv("PATH", `${folder}:${process.env["PATH"]}`);
  await configure({ credHelpers: { "r.example": "slipwaytest" }, auths: { "r.example": {} } });
  const script = async (text: string): Promise<void> => {
    await writeFile(helper, `#!/bin/sh\n${text}\n`);
    await chmod(helper, 0o755);
  };
  await script('echo \'{"Username":"<token>","Secret":"t"}\'');
  expect(await ask("r.example")).toEqual({ identitytoken: "t", serveraddress: "r.example" });
  expect(await ask("other.example")).toBeUndefined();
  await script("echo hunter2; echo locked >&2; exit 3");
  await expect(ask("r.example")).rejects.toMatchObject({
    code: "TRANSPORT_AUTH",
    message: expect.stringMatching(/^(?!.*hunter2).*ended with 3 \(locked\)/),
  });
  // The word alone is the protocol's.
  await script("echo none of the key rings is open; exit 1");
  await expect(ask("r.example")).rejects.toMatchObject({ code: "TRANSPORT_AUTH" });
  await script(`echo $$ >${folder}/pid; sleep 300 & sleep 300`);
  const controller = new AbortController();
  const asked = registryAuthFor("r.example", { DOCKER_CONFIG: folder }, { signal: controller.signal });
  await vi.waitFor(async () => expect(await readFile(path.join(folder, "pid"), "utf8")).toMatch(/\d\n/));
  controller.abort();
  await expect(asked).rejects.toMatchObject({ name: "AbortError" });
  const pid = Number(await readFile(path.join(folder, "pid"), "utf8"));
  // One that has ended and wasn't collected yet has no command line.
  expect(await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).toBe("");
});

test("no configuration, no credentials", async () => {
  expect(await ask("r.example")).toBeUndefined();
});
