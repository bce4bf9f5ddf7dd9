import { expect, test } from "vitest";
import { connectOptions, type DockerOptions } from "./docker-options.ts";

test.each<[DockerOptions, object]>([
  [{}, {}],
  [{ socketPath: "/run/x.sock" }, { host: "unix:///run/x.sock" }],
  [{ host: "10.0.0.1", port: 2375 }, { host: "tcp://10.0.0.1:2375" }],
  [{ host: "::1", port: "4000", protocol: "http" }, { host: "tcp://[::1]:4000" }],
  [{ host: "tcp://10.0.0.1:1" }, { host: "tcp://10.0.0.1:1" }],
  [{ socketPath: "//./pipe/docker_engine" }, { host: "npipe:////./pipe/docker_engine" }],
  [{ host: "h", protocol: "https" }, { host: "https://h:2376" }],
  [{ host: "h", protocol: "ssh", username: "me", port: 2222 }, { host: "ssh://me@h:2222" }],
  [{ host: "h", protocol: "ssh" }, { host: "ssh://h" }],
  [
    { host: "h", port: 1, ca: "a", cert: "c", key: "k" },
    { host: "https://h:1", tlsMaterial: { ca: "a", cert: "c", key: "k" } },
  ],
])("%o is %o", (options, expected) => {
  expect(connectOptions(options)).toEqual(expected);
});

test.each<[object, string]>([
  [{ host: "h", sshOptions: {} }, "cannot reach an engine by `sshOptions`"],
  [{ host: "h", protocol: "ftp" }, "cannot reach an engine by `protocol` ftp"],
  [{ host: "h", cert: "c" }, "`cert` and `key` are given together or not at all"],
  [{ socketPath: "/x", ca: "a" }, "TLS material is of use with https only"],
  [{ host: "h", username: "me" }, "`username` is of use with ssh only"],
  [{ port: 1 }, "`host` is missing, to which the other options belong"],
])("%o is refused, not passed over", (options, message) => {
  expect(() => connectOptions(options as DockerOptions)).toThrow(
    expect.objectContaining({ code: "BUILD_BAD_OPTION", message }),
  );
});
