import { expect, test } from "vitest";
import { architectureOf, defaultDeviceType, deviceArchitecture, platformOf } from "./architecture.ts";

test.each([
  ["rpi", "linux/arm/v6", "raspberry-pi"],
  ["armv7hf", "linux/arm/v7", "raspberrypi3"],
  ["aarch64", "linux/arm64", "generic-aarch64"],
  ["amd64", "linux/amd64", "generic-amd64"],
  ["i386", "linux/386", "qemux86"],
])("%s is %s, and there and back", (architecture, platform, deviceType) => {
  expect(platformOf(architecture)).toBe(platform);
  expect(architectureOf(platform)).toBe(architecture);
  expect(defaultDeviceType(architecture)).toBe(deviceType);
  expect(deviceArchitecture(deviceType)).toBe(architecture);
});

test.each([
  ["arm64", "aarch64"],
  ["x86_64", "amd64"],
  ["386", "i386"],
  ["armv6l", "rpi"],
  ["linux/arm64/v8", "aarch64"],
  ["riscv64", "riscv64"],
])("an engine's %s is %s", (engine, architecture) => {
  expect(architectureOf(engine)).toBe(architecture);
});

test.each([
  ["raspberrypi4-64", "aarch64"],
  ["raspberrypi3-64", "aarch64"],
  ["raspberrypi5", "aarch64"],
  ["raspberrypi", "rpi"],
  ["raspberry-pi2", "armv7hf"],
  ["beaglebone-black", "armv7hf"],
  ["jetson-nano", "aarch64"],
  ["intel-nuc", "amd64"],
  ["genericx86-64-ext", "amd64"],
  ["qemux86-64", "amd64"],
  ["some-board", undefined],
])("a %s is %s", (deviceType, architecture) => {
  expect(deviceArchitecture(deviceType)).toBe(architecture);
});

test("what is not known has no platform", () => {
  expect(platformOf("some-board")).toBeUndefined();
});
