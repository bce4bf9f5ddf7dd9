import { expect, test } from "vitest";
import { chainIdOf, choosePlatform } from "./image-content.ts";

const of = (os: string, architecture: string, variant?: string) => ({
  mediaType: "m",
  digest: [os, architecture, variant].join("-"),
  size: 1,
  platform: { os, architecture, ...(variant ? { variant } : {}) },
});
const all = [of("windows", "amd64"), of("linux", "arm", "v6"), of("linux", "arm", "v7"), of("linux", "arm64", "v8")];

test.each([
  ["linux/arm/v7", "linux-arm-v7"],
  ["linux/arm64", "linux-arm64-v8"],
  ["linux/arm64/v8", "linux-arm64-v8"],
  ["windows/amd64", "windows-amd64-"],
])("%s", (wanted, digest) => {
  expect(choosePlatform(all, wanted).digest).toBe(digest);
});

test("a platform that isn't there is told with those that are", () => {
  expect(() => choosePlatform(all, "linux/arm/v5")).toThrow(
    expect.objectContaining({ hint: "there are windows/amd64, linux/arm/v6, linux/arm/v7, linux/arm64/v8" }),
  );
});

test("chain ids as the OCI image specification defines them", () => {
  expect(chainIdOf(["sha256:a"])).toBe("sha256:a");
  // printf 'sha256:a sha256:b' | sha256sum
  expect(chainIdOf(["sha256:a", "sha256:b"])).toBe(
    "sha256:970a948bffa8de94d6e22d747ba8c95030e6e546909f98f54e99a13005e173a8",
  );
});
