import { expect, test } from "vitest";
import { buildFailure, knownFailure } from "./build-failure.ts";
import { knownDockerfile } from "./known-dockerfile.ts";

const facts = { dockerfile: "app.Dockerfile" };
const solve = "failed to solve with frontend dockerfile.v0: ";
const llb = `${solve}failed to create LLB definition: `;

test.each([
  // [engine's words, step, code, message]
  [
    'error building at STEP "RUN x": error while running runtime: exit status 7',
    "[2/2] RUN x",
    "BUILD_FAILED",
    "[2/2] RUN x ended with exit code 7",
  ],
  [
    "secret token not found: not found",
    "[2/2] RUN x",
    "BUILD_NO_SECRET",
    "[2/2] RUN x needs the secret token, which was not given",
  ],
  [
    'Head "http://127.0.0.1:5000/v2/a/manifests/1": no basic auth credentials',
    "[1/2] FROM 127.0.0.1:5000/a:1",
    "BUILD_NO_BASE_IMAGE",
    'the base image 127.0.0.1:5000/a:1 is not on the engine and cannot be pulled: Head "http://127.0.0.1:5000/v2/a/manifests/1": no basic auth credentials',
  ],
  [
    "The command '/bin/sh -c x' returned a non-zero code: 7",
    "[2/2] RUN x",
    "BUILD_FAILED",
    "[2/2] RUN x ended with exit code 7",
  ],
  [
    "executor failed running [/bin/sh -c x]: exit code: 7",
    "[2/2] RUN x",
    "BUILD_FAILED",
    "[2/2] RUN x ended with exit code 7",
  ],
  [
    'failed to solve: process "/bin/sh -c x" did not complete successfully: exit code: 7',
    "[2/2] RUN x",
    "BUILD_FAILED",
    "[2/2] RUN x ended with exit code 7",
  ],
  [
    "dockerfile parse error line 2: unknown instruction: RUNN",
    undefined,
    "BUILD_BAD_DOCKERFILE",
    "app.Dockerfile:2: unknown instruction: RUNN",
  ],
  [
    `${llb}dockerfile parse error line 2: unknown instruction: RUNN`,
    undefined,
    "BUILD_BAD_DOCKERFILE",
    "app.Dockerfile:2: unknown instruction: RUNN",
  ],
  [
    "failed to solve: dockerfile parse error on line 2: unknown instruction: RUNN",
    undefined,
    "BUILD_BAD_DOCKERFILE",
    "app.Dockerfile:2: unknown instruction: RUNN",
  ],
  [
    "failed to parse Dockerfile: file with no instructions",
    undefined,
    "BUILD_BAD_DOCKERFILE",
    "app.Dockerfile has no instructions",
  ],
  [
    "the Dockerfile (app.Dockerfile) cannot be empty",
    undefined,
    "BUILD_BAD_DOCKERFILE",
    "app.Dockerfile has no instructions",
  ],
  ["building: no stages to build", undefined, "BUILD_BAD_DOCKERFILE", "app.Dockerfile has no instructions"],
  [
    "no FROM statement found",
    undefined,
    "BUILD_BAD_DOCKERFILE",
    "app.Dockerfile has an instruction before its first FROM",
  ],
  [
    'building at STEP "RNU ": Build error: Unknown instruction: "RNU" &…',
    "[2/2] RNU x",
    "BUILD_BAD_DOCKERFILE",
    "unknown instruction: RNU",
  ],
  [
    "stat /var/tmp/libpod_builder704902958/build/app.Dockerfile: no such file or directory",
    undefined,
    "BUILD_NO_DOCKERFILE",
    "the build context has no app.Dockerfile",
  ],
  [
    'The target "nope" was not found in the provided Dockerfile',
    undefined,
    "BUILD_NO_STAGE",
    "app.Dockerfile has no stage nope",
  ],
  [
    'building at STEP "COPY nope /x": checking on sources under "/var/tmp/x": copier: stat: "/nope": no such file or directory',
    "[2/2] COPY nope /x",
    "BUILD_SOURCE_NOT_FOUND",
    "[2/2] COPY nope /x: /nope is not in the build context",
  ],
  [
    "failed to read dockerfile: read /var/lib/docker/tmp/buildkit-mount1/app.Dockerfile: is a directory",
    undefined,
    "BUILD_NO_DOCKERFILE",
    "the build context has no app.Dockerfile",
  ],
  ["the Dockerfile cannot be empty", undefined, "BUILD_BAD_DOCKERFILE", "app.Dockerfile has no instructions"],
  [
    `${llb}no build stage in current context`,
    undefined,
    "BUILD_BAD_DOCKERFILE",
    "app.Dockerfile has an instruction before its first FROM",
  ],
  [
    `${llb}base name (\${X}) should not be blank`,
    undefined,
    "BUILD_BAD_DOCKERFILE",
    "the base image ${X} is empty once its variables are filled in",
  ],
  [
    `${llb}failed to parse stage name "UPPER:1": invalid reference format: must be lowercase`,
    undefined,
    "BUILD_BAD_DOCKERFILE",
    "`UPPER:1`: invalid reference format: must be lowercase",
  ],
  [
    "invalid from flag value UPPER:1: invalid reference format: must be lowercase",
    "[2/2] COPY --from=UPPER:1 /a /b",
    "BUILD_BAD_DOCKERFILE",
    "[2/2] COPY --from=UPPER:1 /a /b: `UPPER:1`: invalid reference format: must be lowercase",
  ],
  [
    "invalid reference format: must be lowercase",
    undefined,
    "BUILD_BAD_OPTION",
    "the engine refuses a name for the image: invalid reference format: must be lowercase",
  ],
  [
    "lstat /var/lib/docker/overlay2/4ee072147f991ff/merged/nope: no such file or directory",
    "[stage-1 2/2] COPY --from=a /nope /x",
    "BUILD_SOURCE_NOT_FOUND",
    "[stage-1 2/2] COPY --from=a /nope /x: /nope is not in a",
  ],
  [
    "failed to solve: failed to do request: no such host",
    "resolve image config for docker.io/docker/dockerfile:1",
    "BUILD_NO_BASE_IMAGE",
    "the Dockerfile's frontend docker.io/docker/dockerfile:1 is not on the engine and cannot be pulled: failed to do request: no such host",
  ],
  [`${llb}file with no instructions`, undefined, "BUILD_BAD_DOCKERFILE", "app.Dockerfile has no instructions"],
  [
    `${llb}dockerfile parse error line 1: unknown instruction: \0\0\0`,
    undefined,
    "BUILD_NO_DOCKERFILE",
    "the build context is empty, so it has no app.Dockerfile",
  ],
  [
    "Cannot locate specified Dockerfile: app.Dockerfile",
    undefined,
    "BUILD_NO_DOCKERFILE",
    "the build context has no app.Dockerfile",
  ],
  [
    `${solve}failed to read dockerfile: open /tmp/buildkit-mount1/app.Dockerfile: no such file or directory`,
    undefined,
    "BUILD_NO_DOCKERFILE",
    "the build context has no app.Dockerfile",
  ],
  ["failed to reach build target nope in Dockerfile", undefined, "BUILD_NO_STAGE", "app.Dockerfile has no stage nope"],
  [`${llb}target stage nope could not be found`, undefined, "BUILD_NO_STAGE", "app.Dockerfile has no stage nope"],
  [
    'failed to solve: target stage "nope" could not be found',
    undefined,
    "BUILD_NO_STAGE",
    "app.Dockerfile has no stage nope",
  ],
  [
    'failed to compute cache key: "/nope" not found: not found',
    "[2/2] COPY nope /x",
    "BUILD_SOURCE_NOT_FOUND",
    "[2/2] COPY nope /x: /nope is not in the build context",
  ],
  [
    'failed to solve: failed to compute cache key: failed to calculate checksum of ref a::b: "/nope": not found',
    "[2/2] COPY nope /x",
    "BUILD_SOURCE_NOT_FOUND",
    "[2/2] COPY nope /x: /nope is not in the build context",
  ],
  [
    "COPY failed: no source files were specified",
    "[2/2] COPY n* /x",
    "BUILD_SOURCE_NOT_FOUND",
    "[2/2] COPY n* /x: COPY failed: no source files were specified",
  ],
  [
    "the --mount option requires BuildKit. Refer to …",
    "[2/2] RUN --mount=type=cache,target=/x x",
    "BUILD_NEEDS_BUILDKIT",
    "[2/2] RUN --mount=type=cache,target=/x x: the --mount option requires BuildKit. Refer to …",
  ],
  [
    'Get "https://registry.example/v2/": no such host',
    "[1/2] FROM --platform=linux/arm64 nothere:1 AS x",
    "BUILD_NO_BASE_IMAGE",
    'the base image nothere:1 is not on the engine and cannot be pulled: Get "https://registry.example/v2/": no such host',
  ],
  [
    `${llb}failed to do request: Head "https://registry.example/v2/x": no such host`,
    "[internal] load metadata for docker.io/library/nothere:1",
    "BUILD_NO_BASE_IMAGE",
    'the base image docker.io/library/nothere:1 is not on the engine and cannot be pulled: failed to do request: Head "https://registry.example/v2/x": no such host',
  ],
  [
    "pull access denied for x, repository does not exist or may require 'docker login'",
    undefined,
    "BUILD_NO_BASE_IMAGE",
    "a base image is not on the engine and cannot be pulled: pull access denied for x, repository does not exist or may require 'docker login'",
  ],
  [
    "Error processing tar file(exit status 1): archive/tar: invalid tar header",
    undefined,
    "BUILD_BAD_CONTEXT",
    "the engine cannot read the build context: Error processing tar file(exit status 1): archive/tar: invalid tar header",
  ],
])("%s", (message, step, code, expected) => {
  const error = buildFailure({ ...facts, message, step });
  expect(error).toMatchObject({ code, step });
  expect(error.message).toBe(expected);
  expect(error.hint).toBeTruthy();
});

test("the last lines of output are part of the message and of the error", () => {
  const error = buildFailure({
    ...facts,
    message: "exit code: 127",
    step: "[2/2] RUN x",
    output: ["one", "x: not found"],
  });
  expect(error.message).toBe("[2/2] RUN x ended with exit code 127\n  | one\n  | x: not found");
  expect(error).toMatchObject({
    exitCode: 127,
    output: ["one", "x: not found"],
    hint: expect.stringContaining("PATH"),
  });
});

test("the place: the line that the engine names, the step's, that of an image, or that of what the engine quotes", () => {
  const text = "FROM a AS one\nRUN --mount=from=b,target=/b true\nFROM c\nADD http://x.example/y /y\nEXPOSE foo\nRNU\n";
  const line = (message: string, step?: string, source = text): number | undefined =>
    buildFailure({ ...facts, message, step, builder: "buildkit", known: knownDockerfile(source, "app.Dockerfile") })
      .range?.start.line;
  const sound = text.replace("EXPOSE foo\nRNU\n", "EXPOSE 1\n");
  // Also where it cannot be parsed.
  expect(line("dockerfile parse error line 6: unknown instruction: RNU")).toBe(6);
  expect(line("dockerfile parse error line 60: unknown instruction: RNU")).toBeUndefined();
  expect(line("not found", "FROM docker.io/library/b:latest", sound)).toBe(2);
  expect(line("not found", "FROM docker.io/library/c:latest", sound)).toBe(3);
  expect(line("refused", "http://x.example/y", sound)).toBe(4);
  expect(line(`${llb}Invalid containerPort: foo`, undefined, text.replace("RNU\n", ""))).toBe(5);
  expect(line(`${llb}failed to parse stage name "one": bad`, undefined, sound)).toBe(1);
  expect(line(`${llb}no build stage in current context`, undefined, "RUN x\n")).toBe(1);
  expect(line(`${llb}something else`, undefined, sound)).toBeUndefined();
});

test("where the engine keeps a step's files is not told", () => {
  const message = "mkdir /var/lib/docker/overlay2/e11z68lvne8l/merged/f: not a directory";
  expect(buildFailure({ ...facts, message, step: "[3/4] WORKDIR /f" }).message).toBe(
    "[3/4] WORKDIR /f: mkdir /f: not a directory",
  );
});

test("what no rule knows is given as the engine said it", () => {
  const message = "something else";
  expect(buildFailure({ ...facts, message, step: "[2/2] RUN x" })).toMatchObject({
    code: "BUILD_FAILED",
    message: "[2/2] RUN x: something else",
    exitCode: undefined,
  });
  expect(knownFailure({ ...facts, message })).toBeUndefined();
});
