import { expect, test } from "vitest";
import { chooseEmulation, type EmulationFacts } from "./choose-emulation.ts";

const facts: EmulationFacts = {
  platform: "linux/arm64",
  detected: "none",
  buildkit: true,
  register: true,
  emulator: "/usr/bin/qemu",
  knowsExecve: true,
};

test.each([
  [{ detected: "native" }, "native", /processor/],
  [{ detected: "binfmt" }, "binfmt", /kernel has/],
  [{}, "register", /as you asked/],
  [{ register: false }, "mount", /keeps nothing/],
  [{ register: false, buildkit: false }, "copy", /no BuildKit/],
  [{ register: false, knowsExecve: false }, "none", /-execve/],
  [{ emulator: undefined }, "none", /no emulator was found/],
] as const)("%j: %s", (given, way, reason) => {
  const choice = chooseEmulation({ ...facts, ...given });
  expect(choice).toMatchObject({ way, reason: expect.stringMatching(reason) });
  expect(choice.hint === undefined).toBe(way !== "none");
});
