import { expect, test } from "vitest";
import { OptionProblems } from "../option-problems.ts";
import { checkTagPattern, fillTagPattern } from "./tag-pattern.ts";

const values = { service: "Web", project: "shop", arch: "aarch64", "device-type": "pi4", id: "0123456789ab" };

test("placeholders are filled in, in lower case as images' names are", () => {
  expect(fillTagPattern("r.example:5000/{project}/{service}:{arch}-{device-type}-{id}", values)).toBe(
    "r.example:5000/shop/web:aarch64-pi4-0123456789ab",
  );
});

test.each(["app", "{project}-{service}", "localhost:5000/a/{service}:1.0", "{service}:{arch}"])(
  "%s is one",
  (pattern) => {
    const problems = new OptionProblems();
    checkTagPattern(pattern, problems);
    problems.throwIfAny();
  },
);

test.each([
  ["{servcie}", "did you mean `{service}`?"],
  ["a{}", "known: {service}, {project}"],
  ["{service", "a brace"],
  ["service}", "a brace"],
  ["Capital/{service}:a b", "no tag"],
  ["", "name is missing"],
  ["a:b:c", "no image name"],
  [`a@sha256:${"0".repeat(64)}`, "by a digest"],
])("%j is none", (pattern, text) => {
  const problems = new OptionProblems();
  checkTagPattern(pattern, problems);
  expect(() => problems.throwIfAny()).toThrow(expect.objectContaining({ code: "CLI_BAD_OPTION" }));
  try {
    problems.throwIfAny();
  } catch (error) {
    const { message, hint = "" } = error as { message: string; hint?: string };
    expect(`${message} ${hint}`).toContain(text);
  }
});
