import { expect, test } from "vitest";
import { publishedPorts } from "./published-port.ts";

test("published ports are listed by container port, exposed ones are not", () => {
  expect(
    publishedPorts({
      "9000/udp": [{ HostIp: "127.0.0.1", HostPort: "9001" }],
      "80/tcp": [
        { HostIp: "::", HostPort: "8080" },
        { HostIp: "0.0.0.0", HostPort: "8080" },
      ],
      "3000/tcp": null,
    }),
  ).toEqual([
    { host: "0.0.0.0", hostPort: 8080, containerPort: 80, protocol: "tcp" },
    { host: "::", hostPort: 8080, containerPort: 80, protocol: "tcp" },
    { host: "127.0.0.1", hostPort: 9001, containerPort: 9000, protocol: "udp" },
  ]);
  expect(publishedPorts(undefined)).toEqual([]);
});
