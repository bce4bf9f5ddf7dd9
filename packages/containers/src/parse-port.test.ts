import { expect, test } from "vitest";
import { parsePort } from "./parse-port.ts";

test.each([
  [80, { container: 80, protocol: "tcp" }],
  ["8080:80", { container: 80, protocol: "tcp", host: 8080 }],
  ["53/udp", { container: 53, protocol: "udp" }],
  [":80", { container: 80, protocol: "tcp" }],
  ["127.0.0.1:8080:80/tcp", { container: 80, protocol: "tcp", host: 8080, address: "127.0.0.1" }],
  ["127.0.0.1::80", { container: 80, protocol: "tcp", address: "127.0.0.1" }],
  ["[::1]:8080:80", { container: 80, protocol: "tcp", host: 8080, address: "::1" }],
  ["0", "`0`: there is no port 0"],
  ["70000:80", "`70000:80`: there is no port 70000"],
  ["80/sctp", "`80/sctp` is no port"],
  ["a:80", "`a:80` is no port"],
  [-1, "`-1` is no port"],
])("%s", (text, expected) => {
  expect(parsePort(text)).toEqual(expected);
});
