import type { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tarOf, Workbench } from "../test/workbench.ts";
import { detectEmulation } from "./detect-emulation.ts";
import { getBuildThroughStream } from "./get-build-through-stream.ts";
import { type LoadedEmulator, loadEmulator } from "./load-emulator.ts";
import { planEmulation } from "./plan-emulation.ts";
import { registerEmulator } from "./register-emulator.ts";
import { transposeTarStream } from "./transpose-tar-stream.ts";
import type { TransposeOptions } from "./transpose-options.ts";

let bench: Workbench;
beforeAll(async () => {
  bench = await Workbench.open("foreign");
});
afterAll(() => bench.close());

function context(base: string): Readable {
  const script = "#!/bin/sh -e\necho script $0 $1\n";
  const dockerfile = [
    `FROM ${base} AS first`,
    "ENV GREETING=hello",
    "RUN uname -m > /machine && echo $GREETING from $(uname -m)",
    'RUN ["sh", "-c", "echo \\"$0\\" > \'/a b\'", "x  y"]',
    "COPY script /script",
    "RUN chmod 755 /script && /script é",
    'SHELL ["sh", "-ec"]',
    "RUN env sh -c 'uname -m' | cat > /piped",
    "FROM first",
    "USER 1000",
    "RUN id -u; uname -m > /tmp/machine",
    "",
  ];
  return tarOf({ Dockerfile: dockerfile.join("\n"), script });
}

const shown = /^hello from|^script|^1000/;

type Way = { builder: "classic" | "buildkit"; way: "copy" | "mount"; from: "context" | "image" };
type Case = { architecture: "arm64" | "armhf"; qemu: string; machine: string; ways: Way[] };

describe.each<Case>([
  {
    architecture: "arm64",
    qemu: "aarch64",
    machine: "aarch64",
    ways: [
      { builder: "classic", way: "copy", from: "context" },
      { builder: "buildkit", way: "mount", from: "image" },
    ],
  },
  {
    architecture: "armhf",
    qemu: "arm",
    machine: "armv7l",
    ways: [
      { builder: "classic", way: "copy", from: "image" },
      { builder: "buildkit", way: "mount", from: "context" },
    ],
  },
])("$architecture", ({ architecture, qemu, machine, ways }) => {
  const platform = architecture === "arm64" ? "linux/arm64" : "linux/arm/v7";
  let base: string;
  let loaded: LoadedEmulator;
  beforeAll(async () => {
    base = await bench.foreignBase(architecture);
    loaded = await loadEmulator(bench.engine, platform, {
      emulator: bench.emulator(`qemu-${qemu}-execve`),
      labels: bench.labels,
    });
  });
  afterAll(() => loaded.remove());

  test.each<Way>(ways)("$builder, transposed: $way from the $from", async ({ builder, way, from }) => {
    const inContext = { hostQemu: bench.emulator(`qemu-${qemu}-execve`), containerQemu: "/usr/bin/qemu-execve" };
    const options: TransposeOptions = { ...(from === "image" ? loaded.options : inContext), way };
    const tar = await transposeTarStream(context(base), options);
    const through = getBuildThroughStream(options);
    const { imageId, lines } = await bench.build(tar, { builder, platform, through });
    expect(lines.join("\n")).not.toMatch(/ -execve|"-execve"|ERROR/);
    expect(lines.filter((line) => shown.test(line))).toEqual([`hello from ${machine}`, "script /script é", "1000"]);
    const files = await bench.files(imageId as string);
    const added = [...files.keys()].filter((name) => name.includes("qemu"));
    expect(added).toEqual(way === "copy" ? [String(options.containerQemu).slice(1)] : []);
    for (const name of ["machine", "piped", "tmp/machine", "a b", "script"]) expect(files.has(name), name).toBe(true);
  });

  test("with the emulator registered, nothing needs to be changed, and it can be undone", async () => {
    expect(await detectEmulation(bench.engine, platform, { labels: bench.labels })).toBe("none");
    const registration = await registerEmulator(bench.engine, platform, {
      emulator: bench.emulator(`qemu-${qemu}-static`),
      image: "slipway-base/busybox:1",
      labels: bench.labels,
    });
    try {
      expect(registration.isNew).toBe(true);
      const plan = await planEmulation(bench.engine, architecture, { labels: bench.labels });
      expect(plan.way).toBe("binfmt");
      for (const builder of ["classic", "buildkit"] as const) {
        const { imageId, lines } = await bench.build(context(base), { builder, platform });
        expect(lines.filter((line) => shown.test(line))).toEqual([`hello from ${machine}`, "script /script é", "1000"]);
        expect(await bench.run(imageId as string, ["/bin/cat", "/tmp/machine"])).toBe(`${machine}\n`);
      }
    } finally {
      await registration.undo();
    }
    expect(await detectEmulation(bench.engine, platform, { labels: bench.labels })).toBe("none");
  });
});

describe("a plan", () => {
  const plan = (given: object) =>
    planEmulation(bench.engine, "aarch64", { environment: {}, labels: bench.labels, ...given });

  test("says what it found", async () => {
    expect((await planEmulation(bench.engine, "amd64", { labels: bench.labels })).way).toBe("native");
    expect(await plan({})).toMatchObject({ way: "none", reason: expect.stringContaining("no emulator was found") });
    const emulator = bench.emulator("qemu-aarch64-static");
    expect(await plan({ emulator })).toMatchObject({ way: "none", reason: expect.stringContaining("-execve") });
    expect(await plan({ emulator, register: true })).toMatchObject({ way: "register", emulator });
    const other = bench.emulator("qemu-aarch64-execve");
    expect(await plan({ emulator: other })).toMatchObject({ way: "mount", emulator: other });
    expect(await plan({ emulator: other, buildkit: false })).toMatchObject({ way: "copy", emulator: other });
    expect(await plan({ environment: { PATH: bench.folder } })).toMatchObject({ way: "mount", emulator: other });
  });

  test("of what isn't there is an error", async () => {
    await expect(plan({ emulator: "/nowhere/qemu" })).rejects.toMatchObject({ code: "EMULATE_NO_EMULATOR" });
    const sha256 = "0".repeat(64);
    await expect(plan({ emulator: bench.emulator("qemu-arm-execve"), sha256 })).rejects.toThrow(sha256);
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(plan({ signal })).rejects.toThrow("enough");
  });
});
