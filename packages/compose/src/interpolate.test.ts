import { expect, test } from "vitest";
import { parseDotenv } from "./dotenv.ts";
import { substitute } from "./interpolate.ts";

const values: Record<string, string> = { V: "v", E: "" };

test.each([
  ["$V", "v"],
  ["${V}x", "vx"],
  ["$$V", "$V"],
  ["$U.", "."],
  ["${U:-d}", "d"],
  ["${E:-d}", "d"],
  ["${E-d}", ""],
  ["${V:+alt}", "alt"],
  ["${U+alt}", ""],
  ["${U:-${V:-x}}", "v"],
  ["${U-a:?b}", "a:?b"],
  ["${V:?why}", "v"],
])("%s is %s", (text, expected) => {
  expect(substitute(text, (name) => values[name])).toBe(expected);
});

test.each(["${", "${V", "${1}", "$ ", "${U:?why ${V}}"])("%s is refused", (text) => {
  expect(() => substitute(text, (name) => values[name])).toThrow(
    expect.objectContaining({ code: expect.stringMatching(/^COMPOSE_/) }),
  );
});

test("dotenv: quotes, comments, export, references", () => {
  const text = "\uFEFFA=1 # c\nexport B='$A' # c\nC=\"x\\n$A ${OUT}\"\n\n# no\nD=${A}-${OUT}\nE=\nF = spaced \nOUT2\n";
  expect(parseDotenv(text, (name) => (name.startsWith("OUT") ? "out" : undefined))).toEqual({
    A: "1",
    B: "$A",
    C: "x\n1 out",
    D: "1-out",
    E: "",
    F: "spaced",
    OUT2: "out",
  });
});
