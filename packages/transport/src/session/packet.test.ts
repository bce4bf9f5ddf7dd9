import { expect, test } from "vitest";
import { type Packet, packetCodec } from "./packet.ts";

test.each<Packet>([
  { type: "stat" },
  { type: "request", id: 0 },
  { type: "request", id: 300 },
  { type: "data", id: 7, data: Buffer.of(1, 2) },
  { type: "data", id: 7 },
  { type: "end" },
  { type: "error", data: Buffer.of(65) },
])("%o comes back", (packet) => {
  const read = packetCodec.decode(
    Buffer.concat([packetCodec.encode(packet), packetCodec.tail?.(packet) ?? Buffer.alloc(0)]),
  );
  expect(JSON.stringify(read)).toBe(JSON.stringify(packet));
});
