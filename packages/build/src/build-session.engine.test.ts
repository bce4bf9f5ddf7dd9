import { execFile, spawn } from "node:child_process";
import { createHash, createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { eventsOf, outputOf, tarOf, TestRun } from "../test/test-run.ts";
import { build, buildDirectory } from "./build.ts";

const run = promisify(execFile);
let tests: TestRun;
let folder: string;

beforeAll(async () => {
  tests = await TestRun.open("session");
});
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-session-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});
afterAll(() => tests.close());

describe("secrets", () => {
  test("reach a step from a file, the environment and a value; a step's output of them is masked", async () => {
    await writeFile(path.join(folder, "token"), "from-a-file-4711\nsecond-line-0815\n");
    process.env["SLIPWAY_TEST_SECRET"] = "from-the-environment";
    const lines = [
      "RUN --mount=type=secret,id=f --mount=type=secret,id=e --mount=type=secret,id=v \\",
      "  cd /run/secrets; wc -c < f; wc -c < e; wc -c < v; cat f e; for i in from-a- val; do printf $i; sleep 0.2; done; echo ue-of-mine",
      "RUN --mount=type=secret,id=v cat /run/secrets/v >&2; exit 3",
    ];
    const secrets = {
      f: { file: path.join(folder, "token") },
      e: { env: "SLIPWAY_TEST_SECRET" },
      v: { value: "value-of-mine" },
    };
    const building = build(tests.engine, tarOf({ Dockerfile: `${tests.head()}${lines.join("\n")}\n` }), { secrets });
    const events: unknown[] = [];
    const error: unknown = await (async () => {
      for await (const event of building) events.push(event);
    })().catch((failure: unknown) => failure);
    delete process.env["SLIPWAY_TEST_SECRET"];
    const all = outputOf(events as Parameters<typeof outputOf>[0]);
    expect(all).toContain("34\n20\n13\n***\n***\n***from-a-***\n***");
    expect(error).toMatchObject({ code: "BUILD_FAILED", exitCode: 3, output: ["***"] });
    const { message, stack, output } = error as { message: string; stack: string; output: string[] };
    const said = JSON.stringify([events, message, stack, output]);
    for (const secret of ["4711", "0815", "from-the-environment", "value-of-mine"]) expect(said).not.toContain(secret);
  });

  test("are not in the image or its history", async () => {
    const digest = createHash("md5").update("hush-hush-hush").digest("hex");
    const step = `RUN --mount=type=secret,id=v echo "${digest}  /run/secrets/v" | md5sum -c`;
    const tar = tarOf({ Dockerfile: `${tests.head()}${step}\n` });
    const { result } = build(tests.engine, tar, { secrets: { v: { value: "hush-hush-hush" } } });
    const { imageId } = await result;
    const image = tests.engine.docker.getImage(imageId);
    expect(JSON.stringify([await image.inspect(), await image.history()])).not.toContain("hush");
    const archive = await image.get();
    const bytes: Buffer[] = [];
    for await (const chunk of archive) bytes.push(chunk as Buffer);
    expect(Buffer.concat(bytes).includes("hush-hush-hush")).toBe(false);
  });

  test("that are not there are named before the build, all at once", async () => {
    const secrets = { f: { file: path.join(folder, "nope") }, e: { env: "SLIPWAY_NOT_SET" } };
    const { result } = build(tests.engine, tarOf({ Dockerfile: tests.head() }), {
      secrets,
      ssh: { a: { socket: path.join(folder, "nope") } },
    });
    const error = (await result.catch((failure: unknown) => failure)) as {
      problems: { path: string; message: string }[];
    };
    expect(error.problems.map(({ path: at }) => at)).toEqual(["secrets.f", "secrets.e", "ssh.a"]);
  });

  test("that a step needs and nobody gave fail the step, by its place", async () => {
    const dockerfile = `${tests.head()}RUN --mount=type=secret,id=who,required=true true\n`;
    const { result } = build(tests.engine, tarOf({ Dockerfile: dockerfile }), { secrets: { a: { value: "1234" } } });
    await expect(result).rejects.toMatchObject({
      code: "BUILD_NO_SECRET",
      message: expect.stringContaining("needs the secret who,"),
      range: { file: "Dockerfile", start: { line: 4 } },
    });
  });
});

test("an ssh agent that a step needs and nobody gave fails the step, by its place", async () => {
  const dockerfile = `${tests.head()}RUN true\nRUN --mount=type=ssh,required=true true\n`;
  const { result } = build(tests.engine, tarOf({ Dockerfile: dockerfile }), { secrets: { a: { value: "1234" } } });
  await expect(result).rejects.toMatchObject({ code: "BUILD_NO_SECRET", range: { start: { line: 5 } } });
});

/** Asks an agent for its keys and has it sign something, as `ssh` would. */
const client = `
const net = require("node:net");
const socket = net.connect(process.env.SSH_AUTH_SOCK);
const frame = (body) => { const head = Buffer.alloc(4); head.writeUInt32BE(body.length); return Buffer.concat([head, body]); };
const text = (bytes) => frame(Buffer.from(bytes));
let seen = Buffer.alloc(0);
const answers = [];
socket.on("data", (chunk) => {
  seen = Buffer.concat([seen, chunk]);
  while (seen.length >= 4 && seen.length >= 4 + seen.readUInt32BE(0)) {
    const end = 4 + seen.readUInt32BE(0);
    answers.push(seen.subarray(4, end));
    seen = seen.subarray(end);
    if (answers.length === 1) {
      const count = answers[0].readUInt32BE(1);
      const size = answers[0].readUInt32BE(5);
      const key = answers[0].subarray(9, 9 + size);
      console.log("keys " + count);
      socket.write(frame(Buffer.concat([Buffer.of(13), text(key), text("sign me"), Buffer.alloc(4)])));
    } else {
      const blob = answers[1].subarray(5);
      console.log("signature " + blob.subarray(8 + blob.readUInt32BE(0)).toString("base64"));
      socket.end();
    }
  }
});
socket.write(frame(Buffer.of(11)));
`;

describe("ssh", () => {
  let keys: { publicKey: string };
  beforeEach(async () => {
    const file = path.join(folder, "key");
    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file, "-C", "slipway-test"]);
    keys = { publicKey: await readFile(`${file}.pub`, "utf8") };
  });

  /** An ssh public key's 32 bytes are the last of its blob. */
  function signedBy(signature: string): boolean {
    const blob = Buffer.from(keys.publicKey.split(" ")[1] ?? "", "base64");
    const prefix = generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "der" }).subarray(0, 12);
    const key = createPublicKey({ key: Buffer.concat([prefix, blob.subarray(-32)]), format: "der", type: "spki" });
    return verify(null, Buffer.from("sign me"), key, Buffer.from(signature, "base64"));
  }

  async function output(ssh: Parameters<typeof build>[2] & object): Promise<string> {
    const dockerfile = `${tests.head("slipway-base/node:lts")}COPY client.js /\nRUN --mount=type=ssh node /client.js\n`;
    return outputOf(await eventsOf(build(tests.engine, tarOf({ Dockerfile: dockerfile, "client.js": client }), ssh)));
  }

  test("keys from files: a step has them used, and they stay here", async () => {
    const text = await output({ ssh: { default: { keys: [path.join(folder, "key")] } } });
    expect(text).toContain("keys 1\n");
    expect(signedBy(/signature (\S+)/.exec(text)?.[1] ?? "")).toBe(true);
  });

  test("an agent that runs here", async () => {
    const socket = path.join(folder, "agent");
    const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: ["ignore", "pipe", "ignore"] });
    await once(agent.stdout, "data");
    try {
      await run("ssh-add", ["-q", path.join(folder, "key")], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
      const text = await output({ ssh: { default: { socket } } });
      expect(signedBy(/signature (\S+)/.exec(text)?.[1] ?? "")).toBe(true);
    } finally {
      agent.kill();
      await once(agent, "exit");
    }
  });

  test("a key that needs a passphrase is refused before the build", async () => {
    const file = path.join(folder, "locked");
    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "open sesame", "-f", file]);
    const { result } = build(tests.engine, tarOf({ Dockerfile: tests.head() }), { ssh: { default: { keys: [file] } } });
    await expect(result).rejects.toMatchObject({ code: "BUILD_BAD_OPTION", hint: expect.stringContaining("ssh-add") });
  });
});

describe("an incremental context", () => {
  test("only what changed travels; names that are hard on headers arrive", async () => {
    const write = (name: string, text: string): Promise<void> => writeFile(path.join(folder, name), text);
    const hard = ["größe, b", "#1", "x y"];
    await write(
      "Dockerfile",
      `${tests.head()}COPY . /c\n${hard.map((name) => `COPY ${JSON.stringify([name, `/d/${name}`])}\n`).join("")}RUN cat /d/*; md5sum /c/f7\n`,
    );
    await write(".dockerignore", "geheim-ü\n");
    await write("geheim-ü", "");
    for (const name of hard) await write(name, name);
    for (let i = 0; i < 50; i += 1) await write(`f${i}`, `file ${i}`);
    const first = await buildDirectory(tests.engine, folder).result;
    // The Dockerfile and the ignore file are asked for twice: by themselves, and as part of the context.
    expect(first.sent?.files).toBe(57);
    const again = await buildDirectory(tests.engine, folder).result;
    expect(again.imageId).toBe(first.imageId);
    // Newer engines ask for the Dockerfile and the ignore file each time.
    const always = again.sent ?? { files: 0, bytes: 0 };
    expect([0, 2]).toContain(always.files);
    await write("f7", "changed!");
    await utimes(path.join(folder, "f8"), new Date(), new Date());
    const changed = buildDirectory(tests.engine, folder);
    const text = outputOf(await eventsOf(changed));
    expect((await changed.result).sent).toEqual({ files: always.files + 2, bytes: always.bytes + 14 });
    expect(text).toContain(hard.toSorted().join(""));
    await rm(path.join(folder, "f9"));
    const less = await buildDirectory(tests.engine, folder).result;
    expect(less.sent).toEqual(always);
    expect(less.imageId).not.toBe(first.imageId);
  });

  test("times are kept to the nanosecond, so that a change within a millisecond is seen", async () => {
    const file = path.join(folder, "f");
    const touch = (time: string): Promise<unknown> => run("touch", ["-d", `2020-01-02 03:04:05.${time}Z`, file]);
    await writeFile(path.join(folder, "Dockerfile"), `${tests.head()}COPY f /\nRUN cat /f; stat -c %y /f\n`);
    await writeFile(file, "one\n");
    await touch("123456789");
    const first = outputOf(await eventsOf(buildDirectory(tests.engine, folder)));
    // As docker's own BuildKit client has it.
    expect(first).toBe("one\n2020-01-02 03:04:05.123456789 +0000\n");
    await writeFile(file, "two\n");
    await touch("123456790");
    expect(outputOf(await eventsOf(buildDirectory(tests.engine, folder)))).toContain("two\n");
  });

  test("a file that cannot be read ends the build with its own error", async () => {
    await writeFile(path.join(folder, "Dockerfile"), `${tests.head()}COPY . /\n`);
    await writeFile(path.join(folder, ".dockerignore"), "[\n");
    await expect(buildDirectory(tests.engine, folder).result).rejects.toMatchObject({ code: "CONTEXT_BAD_PATTERN" });
  });

  test("cancelled in the middle: the reason", async () => {
    await writeFile(path.join(folder, "Dockerfile"), `${tests.head()}COPY . /\nRUN echo begun; sleep 1000\n`);
    const abort = new AbortController();
    const reason = new Error("enough");
    const building = buildDirectory(tests.engine, folder, { signal: abort.signal });
    const watching = (async () => {
      for await (const event of building) if (event.type === "log") abort.abort(reason);
    })();
    await expect(watching).rejects.toBe(reason);
  });
});
