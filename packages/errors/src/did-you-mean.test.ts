import { expect, test } from "vitest";
import { didYouMean } from "./did-you-mean.ts";

const fields = ["image", "build", "ports", "environment", "depends_on"];

test.each([
  ["imgae", "image"],
  ["port", "ports"],
  ["enviroment", "environment"],
  ["Depends_on", "depends_on"],
  ["zzz", undefined],
  ["", undefined],
])("%s → %s", (input, expected) => {
  expect(didYouMean(input, fields)).toBe(expected);
});

test("the nearest wins, whatever the order", () => {
  expect(didYouMean("ports", ["post", "ports", "port"])).toBe("ports");
});
