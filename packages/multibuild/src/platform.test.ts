import { expect, test } from "vitest";
import { normalizePlatform, runsNatively } from "./platform.ts";

test.each([
  ["linux/arm", "linux/arm/v7"],
  ["linux/arm64/v8", "linux/arm64"],
  ["Linux/AMD64", "linux/amd64"],
  ["aarch64", "linux/arm64"],
  ["linux/arm/6", "linux/arm/v6"],
  ["linux/i386", "linux/386"],
  ["windows/amd64", "windows/amd64"],
])("%s is %s", (given, normal) => {
  expect(normalizePlatform(given)).toBe(normal);
});

test.each([
  ["linux/amd64", "linux/386", true],
  ["linux/386", "linux/amd64", false],
  ["linux/arm/v7", "linux/arm/v6", true],
  ["linux/arm/v6", "linux/arm/v7", false],
  ["linux/arm64", "linux/arm64/v8", true],
  ["linux/amd64", "windows/amd64", false],
  ["linux/amd64", "linux/arm64", false],
])("%s runs %s: %s", (native, wanted, runs) => {
  expect(runsNatively(native, wanted)).toBe(runs);
});
