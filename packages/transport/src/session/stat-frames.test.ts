import { randomInt } from "node:crypto";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { expect, test } from "vitest";
import type { SourceFile } from "./file-source.ts";
import { goMode, statFrames } from "./stat-frames.ts";

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
  expect([...statFrames([file])]).toEqual([0, 0, 0, 0, stat.length + 2, 0x12, stat.length, ...stat]);
});

test("random stats are what a general writer makes of them", () => {
  const seed = randomInt(2 ** 31);
  let state = seed;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return Math.floor((state / 2 ** 31) * below);
  };
  const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T;
  const files: SourceFile[] = [];
  const expected: Uint8Array[] = [];
  for (let i = 0; i < 2_000; i += 1) {
    const file: SourceFile = {
      path: pick(["a", "größe/日本", "x".repeat(200), "😀", `d/${"ü".repeat(3_000)}`]),
      type: pick(["file", "directory", "symlink"] as const),
      mode: random(0o10000),
      size: pick([0, 1, 127, 128, 16_384, 2 ** 31, 2 ** 40 + 5, Number.MAX_SAFE_INTEGER]),
      mtimeNs: pick([
        0n,
        1n,
        127n,
        -1n,
        -315_532_800_000_000_000n,
        1_600_000_000_123_456_789n,
        2n ** 53n,
        2n ** 63n - 1n,
      ]),
      linkname: pick([undefined, "", "../y", "ß".repeat(100)]),
    };
    const writer = new BinaryWriter().tag(1, WireType.LengthDelimited).string(file.path);
    writer.tag(2, WireType.Varint).uint32(goMode(file));
    if (file.type === "file" && file.size > 0) writer.tag(5, WireType.Varint).int64(file.size);
    if (file.mtimeNs !== 0n) writer.tag(6, WireType.Varint).int64(file.mtimeNs);
    if (file.linkname) writer.tag(7, WireType.LengthDelimited).string(file.linkname);
    const packet = new BinaryWriter().tag(2, WireType.LengthDelimited).bytes(writer.finish()).finish();
    const head = Buffer.alloc(5);
    head.writeUInt32BE(packet.length, 1);
    files.push(file);
    expected.push(head, packet);
  }
  expect(Buffer.from(statFrames(files)).equals(Buffer.concat(expected)), `seed ${seed}`).toBe(true);
});
