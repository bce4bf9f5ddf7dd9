import { expect, test } from "vitest";
import { readAssignments } from "./assignments.ts";

test("maps: null and nothing are empty, 0 and false are what they are", () => {
  expect(readAssignments({ a: "b", zero: 0, no: false, empty: null, none: undefined })).toEqual([
    ["a", "b"],
    ["zero", "0"],
    ["no", "false"],
    ["empty", ""],
    ["none", ""],
  ]);
});

test("lists: at the first `=`", () => {
  expect(readAssignments(["a=b=c", "bare", "empty="])).toEqual([
    ["a", "b=c"],
    ["bare", ""],
    ["empty", ""],
  ]);
});

test("nothing", () => expect([readAssignments(undefined), readAssignments(null)]).toEqual([[], []]));
