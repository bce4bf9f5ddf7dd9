import { expect, test } from "vitest";
import { parse } from "../syntax/parse.ts";
import { stages } from "./stages.ts";
import type { StagesOptions } from "./stages-options.ts";

const read = (text: string, options?: StagesOptions): ReturnType<typeof stages> => stages(parse(text), options);

test("stages, their bases and what they depend on", () => {
  const found = read(
    [
      "ARG BASE=node:20",
      "FROM --platform=linux/amd64 ${BASE} AS Build",
      "FROM scratch",
      "FROM build AS test",
      "COPY --from=1 /a /b",
      "RUN --mount=type=bind,from=build,target=/x true",
      "FROM localhost:5000/x/y@sha256:" + "0".repeat(64),
      "COPY --from=busybox:1 /bin/sh /sh",
      "COPY --from=TEST /a /a",
    ].join("\n"),
  );
  expect(found.map(({ name, base, dependsOn }) => [name, base, dependsOn])).toEqual([
    ["build", { kind: "image", image: "node:20", platform: "linux/amd64" }, []],
    [undefined, { kind: "scratch" }, []],
    ["test", { kind: "stage", index: 0 }, [0, 1]],
    [undefined, { kind: "image", image: "localhost:5000/x/y@sha256:" + "0".repeat(64) }, [2]],
  ]);
});

test("what is in force: ENV, ARG scope, WORKDIR joined, USER, SHELL", () => {
  const [stage] = read(
    [
      "ARG OUT=outer",
      "FROM a",
      "ARG OUT",
      "ARG OWN=${OUT}-1 GIVEN=x UNSET",
      "ENV A=1 B=\"two words\" C='$A'",
      "ENV D=$A-$OWN",
      "ENV LEGACY the rest $A",
      "WORKDIR /srv",
      "WORKDIR app/$A",
      "USER me",
      'SHELL ["/bin/bash", "-c"]',
      "RUN echo $A",
      'RUN ["x", "y z"]',
      "COPY src/$A ./",
      "COPY a b ../lib/",
    ].join("\n"),
    { buildArgs: { GIVEN: "given", NOT_DECLARED: "no" } },
  );
  expect(stage?.result).toEqual({
    variables: {
      A: "1",
      B: "two words",
      C: "$A",
      D: "1-outer-1",
      LEGACY: "the rest 1",
      OUT: "outer",
      OWN: "outer-1",
      GIVEN: "given",
    },
    env: { A: "1", B: "two words", C: "$A", D: "1-outer-1", LEGACY: "the rest 1" },
    args: { OUT: "outer", OWN: "outer-1", GIVEN: "given" },
    workdir: "/srv/app/1",
    user: "me",
    shell: ["/bin/bash", "-c"],
  });
  const [shellRun, execRun, copy, copyMany] = stage?.steps.slice(-4) ?? [];
  expect(shellRun).toMatchObject({ kind: "run", form: "shell", argv: ["/bin/bash", "-c", "echo $A"] });
  expect(execRun).toMatchObject({ kind: "run", form: "exec", argv: ["x", "y z"] });
  expect(copy).toMatchObject({ sources: ["src/1"], destination: "/srv/app/1/" });
  expect(copyMany).toMatchObject({ sources: ["a", "b"], destination: "/srv/app/lib/" });
});

test("a stage goes on from the one it is based on, or from what is known of the image", () => {
  const [first, second] = read("FROM img AS a\nENV X=1\nWORKDIR sub\nFROM a\nENV Y=$X$PATH", {
    baseConfig: () => ({ env: { PATH: "/bin" }, workdir: "/base", user: "u" }),
  });
  expect(first?.result).toMatchObject({ env: { PATH: "/bin", X: "1" }, workdir: "/base/sub", user: "u" });
  expect(second?.result.env).toEqual({ PATH: "/bin", X: "1", Y: "1/bin" });
});

test.each([
  ["${V:-d}", "v"],
  ["${U:-d}", "d"],
  ["${E:-d}", "d"],
  ["${E-d}", ""],
  ["${V:+alt}", "alt"],
  ["${U+alt}", ""],
  ["${U:-${V}x}", "vx"],
  ["${P#a/}", "b/c.tar.gz"],
  ["${P##*/}", "c.tar.gz"],
  ["${P%.*}", "a/b/c.tar"],
  ["${P%%.*}", "a/b/c"],
  ["${P/b/X}", "a/X/c.tar.gz"],
  ["${P//a/X}", "X/b/c.tXr.gz"],
  ["\\$V", "$V"],
  ["'$V'", "$V"],
  ['"$V w"', "v w"],
  ["a$", "a$"],
])("expansion of %s is %s", (written, expected) => {
  const [stage] = read(`FROM a\nENV V=v E="" P=a/b/c.tar.gz\nENV R=${written}`);
  expect(stage?.result.env["R"]).toBe(expected);
});

test("here-documents: expanded unless their name is quoted", () => {
  const [stage] = read("FROM a\nENV A=1\nCOPY <<X <<'Y' /d/\n$A\nX\n$A\nY\nRUN <<E\necho $A\nE\n");
  const [, copy, run] = stage?.steps ?? [];
  expect(copy).toMatchObject({ sources: [], heredocs: [{ content: "1\n" }, { content: "$A\n" }], destination: "/d/" });
  expect(run).toMatchObject({ command: "echo $A\n", argv: ["/bin/sh", "-c", "echo $A\n"] });
});

test("every mistake at once", () => {
  let problems: readonly { code: string }[] = [];
  try {
    read("RUN x\nFROM a b\nCOPY only\nSHELL sh\nENV\ta\nCOPY --from=7 a b\nARG X=${Y:?needed}\nHEALTHCHECK x");
  } catch (error) {
    ({ problems } = error as { problems: readonly { code: string }[] });
  }
  expect(problems.map((problem) => problem.code)).toEqual([
    "DOCKERFILE_NO_STAGE",
    "DOCKERFILE_BAD_STAGE",
    "DOCKERFILE_BAD_ARGUMENTS",
    "DOCKERFILE_BAD_ARGUMENTS",
    "DOCKERFILE_BAD_ARGUMENTS",
    "DOCKERFILE_BAD_ARGUMENTS",
    "DOCKERFILE_BAD_EXPANSION",
    "DOCKERFILE_BAD_ARGUMENTS",
  ]);
  expect(() => read("# nothing\n")).toThrow("has no FROM");
});
