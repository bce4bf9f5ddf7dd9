import { parse } from "@slipway/dockerfile";
import { expect, test } from "vitest";
import { locateStep } from "./locate-step.ts";

const text = `ARG V=1
FROM registry.example/base:\${V} AS deps
WORKDIR /src
ENV A=b
RUN make \\
  all
FROM alpine
COPY --from=deps /src /src
RUN true
FROM alpine AS last
RUN true
USER nobody
RUN echo $A
`;
const tree = parse(text, { file: "Dockerfile" });

test.each([
  ["[deps 1/3] FROM registry.example/base:1", 2],
  ["[deps 2/3] WORKDIR /src", 3],
  ["[deps 3/3] RUN make   all", 5],
  ["[stage-1 2/3] COPY --from=deps /src /src", 8],
  ["[linux/arm64 stage-1 3/3] RUN true", 9],
  ["[last 2/3] RUN true", 11],
  ["[last 3/3] RUN echo b", 13],
  // Two triggers of the base image come between FROM and the first step.
  ["[last 2/5] RUN trigger", undefined],
  ["[last 4/5] RUN true", 11],
  ["[internal] load metadata for registry.example/base:1", 2],
  ["[internal] load metadata for docker.io/library/alpine:latest", 7],
  ["[internal] load build context", undefined],
])("BuildKit's %s is in line %s", (step, line) => {
  expect(locateStep(tree, step, "buildkit")?.start.line).toBe(line);
});

test.each([
  ["[1/12] ARG V=1", 1],
  ["[5/12] RUN make   all", 5],
  ["[12/12] RUN echo $A", 13],
  ["[12] RUN echo $A", 13],
  // Of another Dockerfile, or counted otherwise: found by its text, if that is there once.
  ["[3/12] RUN echo $A", 13],
  // Podman's, where there are several stages.
  ["[deps 4/4] RUN make   all", 5],
  ["[stage-1 3/3] RUN true", 9],
  ["[last 4/4] RUN echo b", 13],
  ["[3/12] RUN true", undefined],
])("the classic builder's %s is in line %s", (step, line) => {
  expect(locateStep(tree, step, "classic")?.start.line).toBe(line);
});

test("a Dockerfile of one stage has no stage in its steps' names", () => {
  const single = parse("FROM a\nRUN one\nRUN two\n");
  expect(locateStep(single, "[3/3] RUN two", "buildkit")?.start.line).toBe(3);
});
