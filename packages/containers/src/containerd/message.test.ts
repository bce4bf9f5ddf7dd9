import { expect, test } from "vitest";
import { message } from "./message.ts";

const inner = message({ text: [1, "string"] });
const all = message({
  text: [1, "string"],
  texts: [2, "strings"],
  bytes: [3, "bytes"],
  number: [4, "number"],
  bool: [5, "bool"],
  map: [6, "map"],
  time: [7, "time"],
  one: [8, inner],
  several: [9, [inner]],
});

test("every kind of field there and back", () => {
  const value = {
    text: "ä",
    texts: ["a", ""],
    bytes: Buffer.from([0, 255]),
    number: 5_000_000_000,
    bool: true,
    map: { a: "1", b: "" },
    time: new Date(1_700_000_000_123),
    one: { text: "x" },
    several: [{ text: "y" }, { text: "" }],
  };
  // The fraction of a second isn't sent.
  expect(all.decode(all.encode(value))).toEqual({ ...value, time: new Date(1_700_000_000_000) });
});

test("what is missing is empty, and what isn't known is passed over", () => {
  expect(inner.decode(all.encode({ number: 3, map: { a: "b" } }))).toEqual({ text: "" });
  expect(all.decode(Buffer.alloc(0))).toEqual({
    text: "",
    texts: [],
    bytes: Buffer.alloc(0),
    number: 0,
    bool: false,
    map: {},
    time: undefined,
    one: undefined,
    several: [],
  });
});
