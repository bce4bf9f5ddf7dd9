import { expect, test } from "vitest";
import { plainScripts, s2iScripts, useBench } from "../test/bench.ts";
import { build } from "./build.ts";
import type { BuildMethod, BuildRequest } from "./request.ts";
import type { StiEvent } from "./sti-event.ts";
import { validate } from "./validate.ts";

const bench = useBench();

test("validate: success and failure, plain, incremental and extended", async () => {
  const { engine, labels } = bench;
  const full = await bench.builder();
  const bare = await bench.builder({ prepare: plainScripts["prepare"] ?? "", run: "#!/bin/sh\n" });
  const blocked = await bench.builder(plainScripts, { dockerfile: 'ENTRYPOINT ["/bin/cat"]' });
  const check = async (request: object): Promise<[boolean, readonly string[]]> => {
    const { success, messages } = await validate({ baseImage: full, engine, labels, ...request }).result;
    return [success, messages];
  };
  expect((await check({}))[0]).toBe(true);
  expect((await check({ incremental: true }))[0]).toBe(true);
  expect((await check({ baseImage: bare }))[0]).toBe(true);
  expect(await check({ baseImage: bare, incremental: true })).toEqual([
    false,
    [expect.stringContaining("no save-artifacts script")],
  ]);
  expect(await check({ baseImage: bare, runtimeImage: "slipway-base/busybox:1" })).toEqual([
    false,
    ["save-artifacts", "prepare", "run"].map((name) => expect.stringContaining(`no ${name} script`)),
  ]);
  expect((await check({ runtimeImage: bare }))[0]).toBe(true);
  expect(await check({ baseImage: blocked })).toEqual([false, [expect.stringContaining("/bin/cat")]]);
  await expect(check({ baseImage: "no-such-builder", pull: "never" })).rejects.toMatchObject({
    code: "STI_NO_SUCH_BASE_IMAGE",
  });
  await expect(check({ runtimeImage: "no-such-runtime", pull: "never" })).rejects.toMatchObject({
    code: "STI_NO_SUCH_RUNTIME_IMAGE",
  });
  await expect(validate({ baseImage: full, dockerSocket: "unix:///nowhere.sock" }).result).rejects.toMatchObject({
    code: "STI_DOCKER_CONNECTION_FAILED",
  });
  expect(await bench.leftovers()).toEqual([]);
});

/** An image that has been built before with these scripts, and the request that builds it again. */
async function built(scripts: Readonly<Record<string, string>>, options: object = {}): Promise<BuildRequest> {
  const baseImage = await bench.builder(scripts, options);
  const request = bench.request({
    source: await bench.folder({ a: "a" }),
    baseImage,
    method: "run",
    removePrevious: true,
  });
  await build(request).result;
  return request;
}

/** The next build fails like this, and leaves the image and nothing else. */
async function refuses(
  request: BuildRequest,
  error: object,
  methods: readonly BuildMethod[] = ["build", "run"],
): Promise<void> {
  const before = (await bench.engine.docker.getImage(request.tag).inspect()).Id;
  for (const method of methods) {
    await expect(build({ ...request, method }).result).rejects.toMatchObject(error);
  }
  expect((await bench.engine.docker.getImage(request.tag).inspect()).Id).toBe(before);
  expect(await bench.leftovers()).toEqual([]);
}

test.each<[string, BuildMethod, string, string]>([
  ["a link out", "build", "ln -s ../../etc/passwd /tmp/artifacts/out", "leads out"],
  ["a device", "run", "mknod /tmp/artifacts/null c 1 3", "character device"],
])("artifacts with %s are refused by method %s", async (_, method, command, message) => {
  const request = await built({ ...plainScripts, "save-artifacts": `#!/bin/sh -e\n${command}\n` });
  await refuses(request, { code: "STI_BAD_ARTIFACTS", message: expect.stringContaining(message) }, [method]);
});

test.each<[string, BuildMethod, string, string]>([
  ["a path that leads out", "build", "x/../../../etc/passwd", "leads out"],
  ["an absolute path", "run", "/etc/passwd", "absolute"],
])("artifacts as a tar with %s are refused by method %s", async (_, method, name, message) => {
  // A header by hand: the image's tar would mend the name.
  const script = [
    "#!/bin/sh -e",
    `name='${name}'`,
    "head() { printf '%s' \"$name\"; dd if=/dev/zero bs=1 count=$((100 - ${#name})) 2> /dev/null; printf '0000644\\0000000000\\0000000000\\00000000000000\\00000000000000\\000'; }",
    "rest() { printf '0'; dd if=/dev/zero bs=1 count=100 2> /dev/null; printf 'ustar\\00000'; dd if=/dev/zero bs=1 count=247 2> /dev/null; }",
    "sum=$( (head; printf '        '; rest) | od -An -v -tu1 | awk '{ for (i = 1; i <= NF; i++) s += $i } END { printf \"%06o\", s }')",
    "head; printf '%s\\000 ' $sum; rest; dd if=/dev/zero bs=1024 count=1 2> /dev/null",
  ].join("\n");
  const request = await built({ ...s2iScripts, "save-artifacts": script });
  await refuses(request, { code: "STI_BAD_ARTIFACTS", message: expect.stringContaining(message) }, [method]);
});

test.each<[string, BuildMethod, Readonly<Record<string, string>>, string]>([
  [
    "a folder that became a link",
    "build",
    { "save-artifacts": "rm -r /tmp/artifacts; ln -s /etc /tmp/artifacts" },
    "a link",
  ],
  ["a folder that is gone", "build", { "save-artifacts": "rm -r /tmp/artifacts" }, "is gone"],
  [
    "no archive",
    "run",
    { "save-artifacts": "echo hello; head -c 2000 /dev/zero | tr '\\0' x", assemble: "true" },
    "no tar",
  ],
  [
    "a part of an archive",
    "build",
    { "save-artifacts": "tar cf - usr/bin | head -c 1500", assemble: "true" },
    "ends after",
  ],
])("%s instead of artifacts is refused by method %s", async (_, method, scripts, message) => {
  const all = { ...("assemble" in scripts ? s2iScripts : plainScripts), ...scripts };
  const texts = Object.entries(all).map(([name, text]) => [name, text.replace(/^(?!#!)/, "#!/bin/sh -e\n")]);
  const request = await built(Object.fromEntries(texts));
  await refuses(request, { code: "STI_BAD_ARTIFACTS", message: expect.stringContaining(message) }, [method]);
});

test("a save-artifacts script that fails", async () => {
  const request = await built({ ...plainScripts, "save-artifacts": "#!/bin/sh\necho no room >&2\nexit 3\n" });
  await refuses(request, { code: "STI_SAVE_ARTIFACTS_FAILED", exitCode: 3, output: ["no room"] });
  const s2i = await built({
    ...s2iScripts,
    "save-artifacts": "#!/bin/sh\necho no archive\necho no room >&2\nexit 3\n",
  });
  await refuses(s2i, { code: "STI_SAVE_ARTIFACTS_FAILED", exitCode: 3, output: ["no room"] });
});

test.each(["build", "run"] as const)(
  "a prepare script that fails, hangs, or says a lot, by method %s",
  async (method) => {
    const source = await bench.folder({ a: "a" });
    const failing = await bench.builder({ ...plainScripts, prepare: "#!/bin/sh\necho oh no\nexit 42\n" });
    const request = bench.request({ source, baseImage: failing, method });
    await expect(build(request).result).rejects.toMatchObject({
      code: "STI_BUILD_FAILED",
      exitCode: 42,
      output: ["oh no"],
      message: expect.stringContaining("exit code 42"),
    });

    const hanging = await bench.builder({ ...plainScripts, prepare: "#!/bin/sh\necho waiting\nsleep 1000\n" });
    const limited = build({ ...request, baseImage: hanging, scriptTimeoutMs: 6_000 });
    await expect(limited.result).rejects.toMatchObject({ code: "STI_TIMED_OUT" });

    const controller = new AbortController();
    const aborted = build({ ...request, baseImage: hanging, clean: true, signal: controller.signal });
    const watch = async (): Promise<void> => {
      for await (const event of aborted) if (event.type === "log") controller.abort(new Error("enough"));
    };
    await expect(watch()).rejects.toThrow("enough");

    const loud = await bench.builder({
      ...plainScripts,
      prepare: "#!/bin/sh\nyes 0123456789abcdef | head -c 10485760\n",
    });
    let size = 0;
    const run = build({ ...request, baseImage: loud, clean: true });
    for await (const event of run) if (event.type === "log") size += event.data.length;
    await run.result;
    // BuildKit clips what a step prints, and says so.
    if (method === "run") expect(size).toBe(10_485_760);
    else expect(size).toBeGreaterThan(100_000);
    expect(await bench.leftovers()).toEqual([]);
  },
);

test("an abort at each stage leaves nothing", async () => {
  const request = await built(plainScripts);
  for (const stage of ["images", "save-artifacts", "prepare", "commit", "tag"]) {
    const controller = new AbortController();
    const run = build({ ...request, signal: controller.signal });
    const isStage = (event: StiEvent): boolean => event.type === "stage" && event.stage === stage;
    const watch = async (): Promise<void> => {
      for await (const event of run) if (isStage(event)) controller.abort(new Error("enough"));
    };
    // An image that is being named when the abort comes is made.
    if (stage === "tag") await watch();
    else await expect(watch(), stage).rejects.toThrow("enough");
    expect(await bench.leftovers(), stage).toEqual([]);
  }
});

test.each(["build", "run"] as const)(
  "an abort at any moment while artifacts are saved, by method %s",
  async (method) => {
    const request = { ...(await built(plainScripts)), method };
    for (const after of [0, 80, 300]) {
      const controller = new AbortController();
      const run = build({ ...request, signal: controller.signal });
      const watch = async (): Promise<void> => {
        for await (const event of run) {
          if (event.type === "stage" && event.stage === "save-artifacts")
            setTimeout(() => controller.abort(new Error("enough")), after);
        }
      };
      await expect(watch(), `${after} ms`).rejects.toThrow("enough");
      expect(await bench.leftovers(), `${after} ms`).toEqual([]);
    }
  },
);

test("a script that is missing, a user who is not allowed, an image with triggers", async () => {
  const source = await bench.folder({ a: "a" });
  const request = bench.request({ source, baseImage: "slipway-base/busybox:1" });
  await expect(build(request).result).rejects.toMatchObject({ code: "STI_NO_SUCH_SCRIPT" });
  const baseImage = await bench.builder();
  await expect(build({ ...request, baseImage, allowedUids: "1-" }).result).rejects.toMatchObject({
    code: "STI_USER_NOT_ALLOWED",
  });
  const triggers = await bench.builder(plainScripts, { dockerfile: "ONBUILD RUN true" });
  await expect(build({ ...request, baseImage: triggers }).result).rejects.toMatchObject({ code: "STI_NOT_SUPPORTED" });
  await expect(build({ ...request, baseImage: "no-such-builder", pull: "never" }).result).rejects.toMatchObject({
    code: "STI_NO_SUCH_BASE_IMAGE",
  });
  expect(await bench.leftovers()).toEqual([]);
});
