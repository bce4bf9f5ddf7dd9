import { expect, test } from "vitest";
import { withNamedImages } from "./named-images.ts";

const images = { base: "app-base:1", "alpine:3.20": "mine/alpine", assets: "helper" };
const replace = (text: string, buildArgs = {}): string =>
  withNamedImages(text, images, { buildArgs, platform: undefined });

test.each([
  ["FROM base\n", "FROM app-base:1\n"],
  ["FROM --platform=linux/amd64 base AS x\n", "FROM --platform=linux/amd64 app-base:1 AS x\n"],
  ["FROM docker.io/library/alpine:3.20\n", "FROM mine/alpine\n"],
  ["from \\\n  base as x\n", "from \\\n  app-base:1 as x\n"],
  ["FROM other\n", "FROM other\n"],
  ["FROM x\nCOPY --chown=1 --from=assets /a /b\n", "FROM x\nCOPY --chown=1 --from=helper /a /b\n"],
  [
    "FROM x\nRUN --mount=type=bind,from=assets,target=/a --mount=from=base,target=/b ls\n",
    "FROM x\nRUN --mount=type=bind,from=helper,target=/a --mount=from=app-base:1,target=/b ls\n",
  ],
  ["FROM x\nONBUILD COPY --from=base /a /b\n", "FROM x\nONBUILD COPY --from=app-base:1 /a /b\n"],
  ["FROM x\nRUN echo base # --from=base\n", "FROM x\nRUN echo base # --from=base\n"],
  ["no Dockerfile", "no Dockerfile"],
])("%j becomes %j", (text, expected) => {
  expect(replace(text)).toBe(expected);
});

test("a base that an argument names is replaced by what it expands to", () => {
  const text = "ARG FROM_IMAGE=other\nFROM ${FROM_IMAGE} AS final\n";
  expect(replace(text, { FROM_IMAGE: "base" })).toBe("ARG FROM_IMAGE=other\nFROM app-base:1 AS final\n");
  expect(replace(text)).toBe(text);
});
