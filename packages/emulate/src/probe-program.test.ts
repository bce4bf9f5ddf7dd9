import { expect, test } from "vitest";
import { architectures, normalizePlatform } from "./architecture.ts";
import { probeProgram } from "./probe-program.ts";

test("a platform may be called by the name of a device's architecture", () => {
  expect(
    ["armv7hf", "linux/arm/v7", "ARM/v7", "aarch64", "linux/arm64/v8", "rpi", "i386"].map(normalizePlatform),
  ).toEqual([
    "linux/arm/v7",
    "linux/arm/v7",
    "linux/arm/v7",
    "linux/arm64",
    "linux/arm64",
    "linux/arm/v6",
    "linux/386",
  ]);
  for (const name of ["windows/amd64", "linux/z80", "linux/arm/7", "constructor", "linux/arm/v7/x"]) {
    expect(() => normalizePlatform(name)).toThrow(expect.objectContaining({ code: "EMULATE_UNKNOWN_PLATFORM" }));
  }
});

test("a probe is a program of a few bytes that names its architecture", () => {
  for (const architecture of architectures) {
    const program = probeProgram(architecture);
    expect(program.length).toBeLessThan(140);
    expect(program.subarray(0, 4).toString("latin1")).toBe("\x7fELF");
    expect(architecture.bigEndian ? program.readUInt16BE(18) : program.readUInt16LE(18)).toBe(architecture.machine);
  }
});
