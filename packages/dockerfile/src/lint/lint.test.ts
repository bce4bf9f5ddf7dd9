import { formatLocation } from "@slipway/errors";
import { expect, test } from "vitest";
import { lint } from "./lint.ts";
import { lintRules } from "./lint-rules.ts";

// What BuildKit's own build checks say of the same texts (recorded from Docker 28), with these differences:
// an empty line is where it is, not at the instruction's end; stages that aren't needed are checked too, and EXPOSE's
// variables; a LaterStage, which BuildKit has as an error, and OnbuildUnknownInstruction, which only the build of the next
// image would show, are ours.
const cases: [text: string, found: string[]][] = [
  ["FROM base AS Build\nENV A=1", ["1 StageNameCasing"]],
  ["FROM base as b\n", ["1 FromAsCasing"]],
  ["from base AS b\n", ["1 FromAsCasing"]],
  ["From base as b\n", ["1 ConsistentInstructionCasing"]],
  ["FROM base As b\n", ["1 FromAsCasing"]],
  ["FROM base\nENV A=1 \\\n\n B=2\n", ["3 NoEmptyContinuation"]],
  ["FROM base\nENV A=1 \\\n# c\n B=2\n", []],
  ["FROM base\nENV A=1 \\\n\n\n B=2 \\\n\n C=2", ["3 NoEmptyContinuation"]],
  ["FROM base\nenv A=1\nENV B=1\nuser x", ["2 ConsistentInstructionCasing", "4 ConsistentInstructionCasing"]],
  ["from base\nenv A=1\nENV B=1", ["3 ConsistentInstructionCasing"]],
  ["from base\nENV A=1", ["1 ConsistentInstructionCasing"]],
  ["FROM base\nEnv A=1", ["2 ConsistentInstructionCasing"]],
  ["arg X=1\nFROM base\nENV A=1", []],
  ["FROM base AS a\nFROM base AS a\nENV A=1", ["2 DuplicateStageName"]],
  ["FROM base AS scratch\nENV A=1", ["1 ReservedStageName"]],
  ["FROM base AS context\nENV A=1", ["1 ReservedStageName"]],
  ["FROM base AS base\nENV A=1", []],
  ["FROM base\nCMD a\nENTRYPOINT b", ["2 JSONArgsRecommended", "3 JSONArgsRecommended"]],
  ['FROM base\nSHELL ["/bin/sh","-c"]\nCMD a', []],
  ['FROM base\nCMD a\nSHELL ["/bin/sh","-c"]', ["2 JSONArgsRecommended"]],
  ['FROM base AS b\nSHELL ["/bin/sh","-c"]\nFROM b\nCMD a', []],
  ["FROM base\nHEALTHCHECK CMD x", []],
  ["FROM base\nCMD", ["2 JSONArgsRecommended"]],
  ["FROM base\nMAINTAINER x", ["2 MaintainerDeprecated"]],
  ["FROM base${X}\nENV A=1", ["1 UndefinedArgInFrom"]],
  ["ARG VERSION=1\nFROM base:${VERSIO:-1}\nENV A=1", ["2 UndefinedArgInFrom"]],
  ["FROM --platform=$BULDPLATFORM base\nENV A=1", ["1 DOCKERFILE_BAD_STAGE", "1 UndefinedArgInFrom"]],
  ["ARG X\nFROM base$X\nENV A=1", []],
  ["FROM base\nWORKDIR a", ["2 WorkdirRelativePath"]],
  ["FROM base\nWORKDIR /a\nWORKDIR b", []],
  ["FROM base\nWORKDIR a\nWORKDIR b", ["2 WorkdirRelativePath"]],
  ["FROM base AS a\nWORKDIR /a\nFROM a\nWORKDIR b", []],
  ["FROM base\nARG D=x\nWORKDIR $D", ["3 WorkdirRelativePath"]],
  ["FROM base\nARG D=/x\nWORKDIR $D", []],
  ['FROM base\nWORKDIR "/x"', []],
  ["FROM base AS a\nONBUILD WORKDIR q\nFROM a\nENV A=1", ["3 WorkdirRelativePath"]],
  ["FROM base\nENV A=$foo", ["2 UndefinedVar"]],
  ["FROM base\nENV A=${foo:-x} B=${bar:+x} C=${baz-}", ["2 UndefinedVar", "2 UndefinedVar", "2 UndefinedVar"]],
  ["FROM base\nARG foo\nENV A=$foo", []],
  ["FROM base\nENV A=$PATHH", ["2 UndefinedVar"]],
  ["FROM base\nCOPY $src /x", ["2 UndefinedVar"]],
  ["FROM base\nENV A=1\nENV B=$A$AB C=${A}", ["3 UndefinedVar"]],
  ["FROM base\nENV A=$HTTP_PROXY", ["2 UndefinedVar"]],
  ["FROM base\nRUN echo $x", []],
  ["FROM base\nENV A='$x' B=\\$x", []],
  ["ARG G=1\nFROM base\nENV A=$G", ["3 UndefinedVar"]],
  ["FROM base\nLABEL a=$x b=$x", ["2 UndefinedVar"]],
  ["FROM base\nEXPOSE $p 80", ["2 UndefinedVar"]],
  ["FROM base AS a\nENV A=$q\nFROM base\nENV B=1", ["2 UndefinedVar"]],
  ["FROM base\nENV A=${foo?x}", ["2 DOCKERFILE_BAD_EXPANSION", "2 UndefinedVar"]],
  ["FROM base\nENV A=${foo%x}${foo/a/b}", ["2 UndefinedVar"]],
  ["FROM base\nENV A=$1 B=$@", ["2 UndefinedVar", "2 UndefinedVar"]],
  ["FROM base\nARG A=$zz", ["2 UndefinedVar"]],
  ["FROM base\nCOPY <<E /x\n$aa\nE\n", ["2 UndefinedVar"]],
  ["FROM base\nUSER $u", ["2 UndefinedVar"]],
  ["FROM base\nENV A=1 B=$A", ["2 UndefinedVar"]],
  [
    'FROM base\nCMD ["a"]\nCMD ["b"]\nCMD ["c"]',
    ["2 MultipleInstructionsDisallowed", "3 MultipleInstructionsDisallowed"],
  ],
  [
    'FROM base\nENTRYPOINT ["a"]\nENTRYPOINT ["b"]\nHEALTHCHECK NONE\nHEALTHCHECK CMD x',
    ["2 MultipleInstructionsDisallowed", "4 MultipleInstructionsDisallowed"],
  ],
  ['FROM base AS a\nCMD ["a"]\nFROM a\nCMD ["b"]', []],
  ["FROM base\nENV a b\nLABEL c d", ["2 LegacyKeyValueFormat", "3 LegacyKeyValueFormat"]],
  ["FROM base\nONBUILD ENV a b", []],
  ["FROM --platform=$TARGETPLATFORM base\nENV A=1", ["1 RedundantTargetPlatform"]],
  ["FROM --platform=${TARGETPLATFORM} base\nENV A=1", ["1 RedundantTargetPlatform"]],
  ["FROM --platform=$BUILDPLATFORM base\nENV A=1", []],
  ["FROM --platform=${TARGETPLATFORM:-linux/amd64} base\nENV A=1", ["1 RedundantTargetPlatform"]],
  [
    "FROM base\nARG PASSWORD\nENV MY_API_KEY=1 apikey=2 PUBLIC_KEY=3 TOKENS=4 AUTH_X=5 monkey=1 SecretThing=1 my-token=3 CREDENTIALS=1",
    [
      "2 SecretsUsedInArgOrEnv",
      "3 SecretsUsedInArgOrEnv",
      "3 SecretsUsedInArgOrEnv",
      "3 SecretsUsedInArgOrEnv",
      "3 SecretsUsedInArgOrEnv",
    ],
  ],
  ["ARG TOKEN\nFROM base\nENV A=1", []],
  ["FROM base\nENV A=1\nARG A_TOKEN=1 B_TOKEN=2", ["3 SecretsUsedInArgOrEnv", "3 SecretsUsedInArgOrEnv"]],
  [
    "FROM base\nENV GIT_TOKEN_URL=1 KEYS=1 X_PASSWD=1 keyfile=1 TOKEN_FILE=x",
    ["2 SecretsUsedInArgOrEnv", "2 SecretsUsedInArgOrEnv", "2 SecretsUsedInArgOrEnv"],
  ],
  ["ARG T\nFROM base:$T\nENV A=1", ["2 DOCKERFILE_BAD_STAGE", "2 InvalidDefaultArgInFrom"]],
  ["ARG T\nFROM base:${T:-1}\nENV A=1", []],
  ["ARG T=base\nFROM $T\nENV A=1", []],
  ["ARG T\nFROM $T\nENV A=1", ["2 DOCKERFILE_BAD_STAGE", "2 InvalidDefaultArgInFrom"]],
  ["FROM --platform=linux/amd64 base\nENV A=1", ["1 FromPlatformFlagConstDisallowed"]],
  ["FROM --platform=linux/amd64 base AS b_amd64\nENV A=1", []],
  ["ARG P=linux/amd64\nFROM --platform=$P base\nENV A=1", []],
  ["FROM --platform=linux/amd64 base AS linuxb\nENV A=1", []],
  ["FROM base\nEXPOSE 80/TCP 81/Udp", ["2 ExposeProtoCasing", "2 ExposeProtoCasing"]],
  ["FROM base\nEXPOSE 1.2.3.4:80:80 90:91", ["2 ExposeInvalidFormat", "2 ExposeInvalidFormat"]],
  ["FROM base\nENV P=80/TCP\nEXPOSE $P", []],
  ["# check=skip=StageNameCasing\nFROM base AS Build\nENV a b", ["3 LegacyKeyValueFormat"]],
  ["# check=skip=all\nFROM base AS Build\nENV a b", []],
  ["# check=error=true\nFROM base AS Build\nENV a b", ["2 StageNameCasing", "3 LegacyKeyValueFormat"]],
  [
    "# check=experimental=all\n# bar this\nARG foo=1\n# b the base\nFROM base AS b\n# x\nARG q",
    ["3 InvalidDefinitionDescription", "7 InvalidDefinitionDescription"],
  ],
  [
    "# check=experimental=InvalidDefinitionDescription\n\n# foo this\nARG foo=1\n\n# b\nFROM base AS b\n# q is it\nARG q=1 r=2",
    [],
  ],
  ["FROM base\nCOPY a /x", []],
  ["# check=skip=stagenamecasing; error=true\nFROM base AS Build\nENV A=1", []],
  ["#check = skip=StageNameCasing , LegacyKeyValueFormat\nFROM base AS Build\nENV a b", []],
  ["FROM base\nONBUILD CMD a\nONBUILD MAINTAINERX y\nONBUILD ENV SECRET=1", ["3 OnbuildUnknownInstruction"]],
  ["FROM base AS a\nCOPY --from=b /x /x\nFROM base AS b\nFROM a", ["2 LaterStage"]],
];

test.each(cases)("%j", (text, expected) => {
  expect(lint(text).map(({ range, code }) => `${range?.start.line} ${code}`)).toEqual(expected);
});

test("each rule is seen at work, and says what to look at", () => {
  const withContext = lint("FROM base\nCOPY secret.txt ok.txt /x/\n", { isIgnored: (path) => path === "secret.txt" });
  expect(withContext).toMatchObject([{ code: "CopyIgnoredFile", range: { start: { line: 2 } } }]);
  const shown = new Set([...cases.flatMap(([, found]) => found.map((line) => line.split(" ")[1])), "CopyIgnoredFile"]);
  expect(lintRules.map(({ id }) => id).filter((id) => !shown.has(id))).toEqual([]);
  expect(lintRules.filter(({ description }) => description === "")).toEqual([]);
});

test("mistakes and findings come together, in the order of the text, with their places", () => {
  const problems = lint("FROM base AS Build\nCOPY only\nENV a b\n", { file: "Dockerfile" });
  expect(
    problems.map(({ code, severity, range }) => [code, severity ?? "error", range && formatLocation(range)]),
  ).toEqual([
    ["StageNameCasing", "warning", "Dockerfile:1:1"],
    ["DOCKERFILE_BAD_ARGUMENTS", "error", "Dockerfile:2:1"],
    ["LegacyKeyValueFormat", "warning", "Dockerfile:3:1"],
  ]);
  const all = lint("FROM base AS Build\nRUM x\nCOPY only\nCOPY --form=x a b\nMAINTAINER me\n");
  expect(all.map(({ code, range }) => `${range?.start.line} ${code}`)).toEqual([
    "1 StageNameCasing",
    "2 DOCKERFILE_UNKNOWN_INSTRUCTION",
    "3 DOCKERFILE_BAD_ARGUMENTS",
    "4 DOCKERFILE_UNKNOWN_FLAG",
    "5 MaintainerDeprecated",
  ]);
});

test("rules are left out and turned into errors by options and by the directive", () => {
  const text = "FROM base AS Build\nENV a b\n";
  expect(lint(text, { skip: ["stagenamecasing"] }).map(({ code }) => code)).toEqual(["LegacyKeyValueFormat"]);
  expect(lint(text, { skip: ["all"] })).toEqual([]);
  expect(lint(`# check=error=true\n${text}`).map(({ severity }) => severity)).toEqual(["error", "error"]);
});

test("build arguments and base images that are known count", () => {
  expect(
    lint("ARG T\nFROM base:$T\nENV A=$X\n", { buildArgs: { T: "1" }, baseConfig: () => ({ env: { X: "" } }) }),
  ).toMatchObject([{ code: "InvalidDefaultArgInFrom" }]);
});
