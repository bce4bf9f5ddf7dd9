import { expect, test } from "vitest";
import { decodePax, encodePax } from "./pax-records.ts";

test("records are written and read, whatever their length's digits do", () => {
  for (const length of [0, 1, 88, 89, 90, 91, 92, 93, 986, 987, 988, 989, 990, 991]) {
    const records = { path: "ä".repeat(length), "SCHILY.xattr.user.x": Buffer.from([0xff, 0, 10]), __proto__x: "y" };
    expect({ ...decodePax(encodePax(records), 0) }).toEqual(records);
  }
  expect(encodePax({ path: "a" }).toString()).toBe("9 path=a\n");
});

test.each(["5", "99 path=a\n", "x path=a\n", "10 path=ab", "4 a\n", "0 a=b\n", "-1 a=b\n"])("%j is damaged", (text) => {
  expect(() => decodePax(Buffer.from(text), 512)).toThrow(expect.objectContaining({ code: "CONTEXT_BAD_ARCHIVE" }));
});
