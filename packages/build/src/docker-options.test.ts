import { expect, test } from "vitest";
import { connectOptions, type DockerOptions } from "./docker-options.ts";

test.each<[DockerOptions, object]>([
  [{}, {}],
  [{ socketPath: "/run/x.sock" }, { host: "unix:///run/x.sock" }],
  [{ host: "10.0.0.1", port: 2375 }, { host: "tcp://10.0.0.1:2375" }],
  [{ host: "::1", port: "4000", protocol: "http" }, { host: "tcp://[::1]:4000" }],
  [{ host: "tcp://10.0.0.1:1" }, { host: "tcp://10.0.0.1:1" }],
])("%o is %o", (options, expected) => {
  expect(connectOptions(options)).toEqual(expected);
});

test("what Slipway does not read is refused, not passed over", () => {
  expect(() => connectOptions({ host: "h", ca: "secret" } as DockerOptions)).toThrow(
    expect.objectContaining({ code: "BUILD_BAD_OPTION", message: "cannot reach an engine by `ca`" }),
  );
});
