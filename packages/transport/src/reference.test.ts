import { expect, test } from "vitest";
import { parseReference } from "./reference.ts";

const digest = `sha256:${"a".repeat(64)}`;

test.each([
  ["busybox", { domain: "docker.io", path: "library/busybox", familiar: "busybox" }],
  ["busybox:1.36", { domain: "docker.io", path: "library/busybox", tag: "1.36", familiar: "busybox:1.36" }],
  ["me/app", { domain: "docker.io", path: "me/app", familiar: "me/app" }],
  ["localhost/x", { domain: "localhost", path: "x", familiar: "localhost/x" }],
  ["localhost:5000/x/y:t", { domain: "localhost:5000", path: "x/y", tag: "t", familiar: "localhost:5000/x/y:t" }],
  [`t@${digest}`, { domain: "docker.io", path: "library/t", digest, familiar: `t@${digest}` }],
  [`r.io:1/y:2@${digest}`, { domain: "r.io:1", path: "y", tag: "2", digest, familiar: `r.io:1/y:2@${digest}` }],
  ["index.docker.io/library/x", { domain: "docker.io", path: "library/x", familiar: "x" }],
  ["library/a/b", { domain: "docker.io", path: "library/a/b", familiar: "library/a/b" }],
  [
    `${"f".repeat(64)}:t`,
    { domain: "docker.io", path: `library/${"f".repeat(64)}`, tag: "t", familiar: `${"f".repeat(64)}:t` },
  ],
  ["[::1]:5000/x", { domain: "[::1]:5000", path: "x", familiar: "[::1]:5000/x" }],
  ["Registry/x", { domain: "Registry", path: "x", familiar: "Registry/x" }],
])("%s", (text, expected) => {
  expect(parseReference(text)).toEqual(expected);
});

test.each([
  "",
  "UPPER",
  "a:",
  "a@b",
  "-x",
  "a//b",
  "x/",
  "f".repeat(64),
  "a:t@sha256:12",
  `a@sha256:${"A".repeat(64)}`,
  `a@md5:${"a".repeat(32)}`,
  `x/${"a".repeat(254)}`,
  "a b",
])("%j is no image name", (text) => {
  expect(() => parseReference(text)).toThrow(expect.objectContaining({ code: "TRANSPORT_BAD_REFERENCE" }));
});
