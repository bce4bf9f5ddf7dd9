import { expect, test } from "vitest";
import { serviceContract } from "./contract.ts";

const contract = (labels: Record<string, string>): { found: unknown; problems: string[] } => {
  const problems: string[] = [];
  const prefixed = Object.fromEntries(
    Object.entries(labels).map(([name, value]) => [`io.balena.features.requires.${name}`, value]),
  );
  const found = serviceContract("web", { other: "1", ...prefixed }, (label, message) =>
    problems.push(`${label}: ${message}`),
  );
  return { found, problems };
};

test("requirements in the order of their labels; those that have alternatives come last", () => {
  const { found } = contract({
    "sw.linux": ">5.15.*",
    "hw.device-type": "raspberrypi3",
    "sw.balena-os": ">6.3.0+rev4",
    "sw.l4t": "<=5",
    "arch.sw": "aarch64",
    "sw.supervisor": ">=16.1.0 <17 || ~18.2",
    "sw.unknown": "1",
  });
  expect(found).toEqual({
    type: "sw.container",
    slug: "contract-for-web",
    requires: [
      { type: "hw.device-type", slug: "raspberrypi3" },
      { type: "sw.l4t", version: "<=5" },
      { type: "arch.sw", slug: "aarch64" },
      { type: "sw.supervisor", version: ">=16.1.0 <17 || ~18.2" },
      { or: [{ type: "sw.os", slug: "balena-os", version: ">6.3.0+rev4" }] },
      { or: [{ type: "sw.kernel", slug: "linux", version: ">5.15.*" }] },
    ],
  });
});

test("no requirement, no contract; values that mean nothing are problems", () => {
  expect(contract({}).found).toBeUndefined();
  expect(contract({ "sw.supervisor": "not-valid", "arch.sw": "x86", "hw.device-type": "" })).toEqual({
    found: undefined,
    problems: [
      "io.balena.features.requires.sw.supervisor: `not-valid` is not a range of versions",
      "io.balena.features.requires.arch.sw: `x86` is no architecture; one of aarch64, amd64, armv7hf, i386, rpi was expected",
      "io.balena.features.requires.hw.device-type: it names no device type",
    ],
  });
});
