import { expect, test } from "vitest";
import { portInUse } from "./engine-failure.ts";

// The words of engines 20.10, 24 and 28, and of rootless ones.
test.each([
  [
    "driver failed programming external connectivity on endpoint p-web-1 (0d5): Bind for 0.0.0.0:8080 failed: port is already allocated",
    { host: "0.0.0.0", port: "8080" },
  ],
  [
    "driver failed programming external connectivity on endpoint p-web-1 (0d5): Error starting userland proxy: listen tcp4 127.0.0.1:8080: bind: address already in use",
    { host: "127.0.0.1", port: "8080" },
  ],
  [
    "failed to set up container networking: driver failed programming external connectivity on endpoint p-web-1 (0d5): failed to bind host port for 0.0.0.0:8080:172.17.0.2:80/tcp: address already in use",
    { host: "0.0.0.0", port: "8080" },
  ],
  [
    "failed to set up container networking: driver failed programming external connectivity on endpoint p-web-1 (0d5): failed to bind host port 0.0.0.0:8080/tcp: address already in use",
    { host: "0.0.0.0", port: "8080" },
  ],
  [
    "error while calling PortManager.AddPort(): listen tcp 0.0.0.0:80: bind: address already in use",
    { host: "0.0.0.0", port: "80" },
  ],
  ['OCI runtime create failed: exec: "foo": executable file not found in $PATH', undefined],
])("%s", (text, taken) => {
  expect(portInUse(text)).toEqual(taken);
});
