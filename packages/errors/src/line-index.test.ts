import { expect, test } from "vitest";
import { LineIndex } from "./line-index.ts";

test("lines end at LF, CRLF and CR; offsets are clamped", () => {
  const index = new LineIndex("a\nbc\r\nd\re", "x.yml");
  expect([0, 2, 3, 6, 8, 99].map((o) => index.position(o)).map((p) => `${p.line}:${p.column}`)).toEqual([
    "1:1",
    "2:1",
    "2:2",
    "3:1",
    "4:1",
    "4:2",
  ]);
  expect(index.range(2, 4)).toEqual({
    file: "x.yml",
    start: { offset: 2, line: 2, column: 1 },
    end: { offset: 4, line: 2, column: 3 },
  });
});
