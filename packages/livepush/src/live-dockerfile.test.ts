import { expect, test } from "vitest";
import { liveDockerfile } from "./live-dockerfile.ts";

test("keeps what comes before the live command, then COPYs only, up to the next FROM", () => {
  const text = [
    "# syntax=docker/dockerfile:1",
    "FROM base AS build",
    "RUN one",
    "CMD gone",
    "FROM base",
    "RUN kept",
    "#dev-env=NODE_ENV=development",
    "# dev-run=npm install --dev",
    "#dev-copy=extra /extra",
    "#dev-cmd-live=npm run dev",
    "COPY src src",
    "RUN npm run build",
    "ENV LATE=1",
    "CMD npm start",
    "FROM other",
    "COPY lost lost",
    "",
  ].join("\r\n");
  const live = liveDockerfile(text);
  expect(live.text.replaceAll("\r", "")).toBe(
    [
      "# syntax=docker/dockerfile:1",
      "FROM base AS build",
      "RUN one",
      "FROM base",
      "RUN kept",
      "ENV NODE_ENV=development",
      "RUN npm install --dev",
      "COPY extra /extra",
      "CMD npm run dev",
      "COPY src src",
      "ENV LATE=1",
      "",
    ].join("\n"),
  );
  expect(live).toMatchObject({ liveCommand: "npm run dev", liveFrom: { stage: 1, step: 5 } });
});

test("without a live command the other directives still count, and nothing is left out", () => {
  expect(liveDockerfile("FROM x\n#dev-run=a\nRUN b\nCMD c\nFROM y")).toEqual({
    text: "FROM x\nRUN a\nRUN b\nCMD c\nFROM y",
    liveCommand: undefined,
    liveFrom: undefined,
  });
});

test("a Dockerfile without directives stays as it is, byte for byte", () => {
  const text = "\uFEFF# comment\r\nFROM x\r\n\r\n# developers: see below\nRUN a \\\n # dev-run=b\n && c";
  expect(liveDockerfile(text).text).toBe(text);
});

test("every mistake is told, with its place", () => {
  const text =
    "#dev-run=early\nFROM x\n#dev-cmd-live=a\n#dev-stop=x\n#dev-copy=\n#dev-cmd-live=b\nFROM y\n#dev-cmd-live=c";
  expect(() => liveDockerfile(text, { file: "Dockerfile" })).toThrow(
    expect.objectContaining({
      code: "LIVEPUSH_DIRECTIVE",
      message: [
        "Dockerfile:1:1: `#dev-run=` stands before the first FROM",
        "Dockerfile:4:1: there is no directive `#dev-stop=`",
        "Dockerfile:5:1: `#dev-copy=` has no value",
        "Dockerfile:6:1: there is a second `#dev-cmd-live=`",
        "Dockerfile:8:1: there is a second `#dev-cmd-live=`",
      ].join("\n"),
    }),
  );
});
