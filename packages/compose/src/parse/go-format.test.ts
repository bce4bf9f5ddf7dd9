import { expect, test } from "vitest";
import { formatGoFloat } from "./go-format.ts";

test.each([
  [1, "1"],
  [1.5, "1.5"],
  [0, "0"],
  [-0, "-0"],
  [100000, "100000"],
  [1e6, "1e+06"],
  [12345678, "1.2345678e+07"],
  [-1234567, "-1.234567e+06"],
  [1e21, "1e+21"],
  [1e100, "1e+100"],
  [0.0001, "0.0001"],
  [0.00001, "1e-05"],
  [Infinity, "+Inf"],
  [-Infinity, "-Inf"],
  [NaN, "NaN"],
])("%d → %s", (value, text) => {
  expect(formatGoFloat(value)).toBe(text);
});
