import { expect, test } from "vitest";
import { process, variables } from "./template.ts";

test("variables are filled in, comments and values left alone, CRLF kept", () => {
  const template = "# %%NOT%%\r\nFROM %%BASE%%:%%TAG%%\r\n  # %%NOT%%\r\nRUN echo %% %%a%% '<%= 1 %>' # %%TAG%%\r\n";
  expect(process(template, { BASE: "debian", TAG: "%%BASE%%" })).toBe(
    "# %%NOT%%\r\nFROM debian:%%BASE%%\r\n  # %%NOT%%\r\nRUN echo %% %%a%% '<%= 1 %>' # %%BASE%%\r\n",
  );
});

test("all unknown variables at once, with their places", () => {
  const act = (): string =>
    process("FROM %%BASE%%\nRUN %%A_B%% %%TAG%%", { TAG: "x" }, { file: "Dockerfile.template" });
  expect(act).toThrow(
    expect.objectContaining({
      code: "DOCKERFILE_UNKNOWN_VARIABLE",
      message:
        "Dockerfile.template:1:6: unknown template variable `%%BASE%%`\nDockerfile.template:2:5: unknown template variable `%%A_B%%`",
      hint: "known variables: TAG",
    }),
  );
});

test("a name that every object has is no variable", () => {
  expect(() => process("%%CONSTRUCTOR%%", {})).toThrow("unknown template variable");
  expect(() => process("%%TO_STRING%%", {})).toThrow("unknown template variable");
});

test("what a template needs", () => {
  expect(variables("FROM %%B%%\n# %%C%%\nRUN %%A%% %%B%%")).toEqual(["B", "A"]);
});
