import { expect, test } from "vitest";
import { type BuildOptions, checkOptions } from "./check-options.ts";

test("every option of the right kind passes, also undefined", () => {
  const options: Required<BuildOptions> = {
    dockerfile: "a/Dockerfile",
    tags: ["a:1"],
    buildArgs: { A: "" },
    labels: {},
    target: "x",
    platform: "linux/arm64",
    noCache: true,
    pull: false,
    cacheFrom: ["a"],
    extraHosts: ["a:1.2.3.4"],
    shmSize: 1024,
    networkMode: "none",
    builder: "auto",
    registryAuth: { "registry.example": { username: "u", password: "p" } },
    signal: new AbortController().signal,
  };
  expect(() => checkOptions(options)).not.toThrow();
  expect(() => checkOptions({ tags: undefined })).not.toThrow();
});

test("all mistakes at once, without the values, which may be secret", () => {
  const options = {
    tagz: [],
    constructor: 1,
    buildArgs: { TOKEN: 12345678 },
    builder: "kaniko",
    registryAuth: { "registry.example": { username: "u", password: 12345678 } },
    shmSize: 1.5,
  } as unknown as BuildOptions;
  let error: unknown;
  try {
    checkOptions(options);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toMatchObject({
    code: "BUILD_BAD_OPTION",
    problems: [
      { path: "tagz", hint: "did you mean `tags`?" },
      { path: "constructor" },
      { path: "buildArgs", message: "the build option `buildArgs` is not a map from name to text" },
      { path: "builder", message: "the build option `builder` is not auto, buildkit or classic" },
      { path: "registryAuth" },
      { path: "shmSize" },
    ],
    message: expect.not.stringContaining("12345678"),
  });
});
