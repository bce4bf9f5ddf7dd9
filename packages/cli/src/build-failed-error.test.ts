import { SlipwayError } from "@slipway/errors";
import { expect, test } from "vitest";
import { BuildFailedError } from "./build-failed-error.ts";

const position = (line: number, column: number) => ({ offset: 0, line, column });

test("each failure: service, place from here, excerpt, hint", () => {
  const range = { file: "/work/app/web/Dockerfile", start: position(2, 1), end: position(2, 9) };
  const failures = [
    {
      service: "web",
      error: new SlipwayError("BUILD_FAILED", "[2/2] RUN make ended with exit code 2\n  | no rule", {
        range,
        hint: "do so",
      }),
      dockerfile: "FROM x\nRUN make\n",
    },
    { service: "api", error: new SlipwayError("MULTIBUILD_TIMED_OUT", "service api was not done after 8 s") },
    { service: "a", error: new SlipwayError("X", "service api: failed before") },
    { service: "db", error: new Error("unknown") },
  ];
  expect(new BuildFailedError(failures, "/work").problems).toEqual([
    {
      code: "CLI_BUILD_FAILED",
      message: [
        "service web: app/web/Dockerfile:2:1: [2/2] RUN make ended with exit code 2",
        "  | no rule",
        "  2 | RUN make",
        "    | ^^^^^^^^",
      ].join("\n"),
      hint: "do so",
    },
    { code: "CLI_BUILD_FAILED", message: "service api was not done after 8 s" },
    { code: "CLI_BUILD_FAILED", message: "service a: service api: failed before" },
    { code: "CLI_BUILD_FAILED", message: "service db: unknown" },
  ]);
  expect(new BuildFailedError(failures.slice(0, 1), "/elsewhere").message).toContain("/work/app/web/Dockerfile:2:1");
});
