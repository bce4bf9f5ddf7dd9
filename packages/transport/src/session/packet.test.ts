import { expect, test } from "vitest";
import { goMode, type Packet, packetCodec } from "./packet.ts";

test.each([
  ["file", 0o644, 0o644],
  ["file", 0o4755, 0o755 + 2 ** 23],
  ["directory", 0o1777, 0o777 + 2 ** 31 + 2 ** 20],
  ["directory", 0o2755, 0o755 + 2 ** 31 + 2 ** 22],
  ["symlink", 0o777, 0o777 + 2 ** 27],
] as const)("a %s's mode is Go's", (type, mode, expected) => {
  expect(goMode({ type, mode })).toBe(expected);
});

test("a file as BuildKit reads it: path, mode, size, time in nanoseconds, link", () => {
  const mtimeNs = 1_600_000_000_123_456_789n;
  const file = { path: "ä", type: "file", mode: 0o644, size: 300, mtimeNs, linkname: "b" } as const;
  const stat = [
    [0x0a, 2, 0xc3, 0xa4],
    [0x10, 0xa4, 0x03],
    [0x28, 0xac, 0x02],
    // 1600000000123456789 as a varint.
    [0x30, 0x95, 0x9a, 0xef, 0xff, 0xdd, 0xf0, 0x95, 0x9a, 0x16],
    [0x3a, 1, 0x62],
  ].flat();
  expect([...packetCodec.encode({ type: "stat", file })]).toEqual([0x12, stat.length, ...stat]);
});

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
