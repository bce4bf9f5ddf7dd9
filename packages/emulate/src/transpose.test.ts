import { describe, expect, test } from "vitest";
import { transpose } from "./transpose.ts";
import type { TransposeOptions } from "./transpose-options.ts";

const options: TransposeOptions = { hostQemu: "q/qemu", containerQemu: "/usr/bin/qemu" };
const mount: TransposeOptions = { ...options, way: "mount" };
const copy = "COPY q/qemu /usr/bin/qemu\n";
const shell = (text: string): string => JSON.stringify(["/usr/bin/qemu", "-execve", "/bin/sh", "-c", text]);

/** The lists that RUNs were given, read as the engine does. */
function lists(text: string): string[][] {
  return [...text.matchAll(/^RUN .*?(\[.*\])$/gm)].map((match) => JSON.parse(match[1] as string) as string[]);
}

describe("what changes", () => {
  test("both spellings of the options say the same", () => {
    const text = "FROM busybox\nRUN true\n";
    const expected = `FROM busybox\n${copy}RUN ${shell("true")}\n`;
    expect(transpose(text, options)).toBe(expected);
    expect(transpose(text, { hostQemuPath: "q/qemu", containerQemuPath: "/usr/bin/qemu" })).toBe(expected);
  });

  test("all else stays byte for byte: directives, comments, blank lines, line ends, quotes", () => {
    const rest =
      '# escape=`\r\n# syntax=x\r\n\r\nfrom  busybox AS a\r\n@  # c\r\nENV a="b c" d=e\\ f\r\nLABEL x="y`"z"\r\n' +
      'COPY --chown=1 --from=b x y\r\nCMD ["a", "b"]\r\nENTRYPOINT echo "$HOME"\r\nONBUILD RUN make\r\nEXPOSE 1 2\r\n' +
      "HEALTHCHECK CMD a || exit 1\r\nVOLUME a\r\nSTOPSIGNAL 9\r\nARG é=ü";
    const result = transpose(rest.replace("@", "RUN x\r\n"), options);
    expect(result).toBe(
      rest.replace("@", `COPY@RUN ${shell("x")}\r\n`).replace(/(\r\n)COPY@/, `$1${copy.trimEnd()}\r\n`),
    );
  });

  test("a mount adds no step, and is below /dev, where an image keeps nothing", () => {
    const flags = "--mount=type=bind,source=/q/qemu,target=/dev/.qemu";
    const list = JSON.stringify(["/dev/.qemu", "-execve", "/bin/sh", "-c", "true"]);
    expect(transpose("FROM busybox\nRUN --network=none true\n", mount)).toBe(
      `FROM busybox\nRUN ${flags} --network=none ${list}\n`,
    );
  });

  test("the emulator may come from an image", () => {
    const from = { ...options, emulatorImage: "emulator:1" };
    expect(transpose("FROM a\nRUN b", from)).toContain("\nCOPY --from=emulator:1 /q/qemu /usr/bin/qemu\n");
    expect(transpose("FROM a\nRUN b", { ...from, way: "mount" })).toContain(
      " --mount=type=bind,from=emulator:1,source=/",
    );
  });

  test("flags and mounts of the user stay, however many", () => {
    const flags = "--mount=type=cache,target=/a  --mount=type=secret,id=b \\\n # why\n --security=insecure";
    expect(transpose(`FROM a\nRUN ${flags} make \\\n\n # c\n all\n`, options)).toBe(
      `FROM a\n${copy}RUN ${flags} ${shell("make  all")}\n`,
    );
  });

  test("stages without RUN, and those on a stage that has the emulator, get none", () => {
    const text =
      "FROM scratch AS a\nCOPY x /\nFROM b AS b\nRUN 1\nFROM b AS c\nRUN 2\nFROM a\nRUN 3\nFROM scratch\nCOPY y /\n";
    expect(transpose(text, options)).toBe(
      `FROM scratch AS a\nCOPY x /\nFROM b AS b\n${copy}RUN ${shell("1")}\nFROM b AS c\nRUN ${shell("2")}\n` +
        `FROM a\n${copy}RUN ${shell("3")}\nFROM scratch\nCOPY y /\n`,
    );
  });

  test("stages of the building platform are run as they are", () => {
    const text =
      "FROM --platform=$BUILDPLATFORM go AS b\nRUN make\nFROM b\nRUN x\nFROM --platform=linux/amd64 y\nRUN z\n";
    expect(transpose(text, { ...options, buildPlatform: "linux/amd64" })).toBe(text);
    expect(transpose(text, options)).toContain(shell("z"));
  });
});

describe("the command", () => {
  test.each([
    ["quotes and backslashes", String.raw`echo "a\"b" 'c\d'`],
    ["text that is not ASCII", "echo é 日本 🐳 \u007f"],
    ["JSON that is none", "[ -f x ]"],
    ["operators", "a && b || c; d | e > f < g & h"],
  ])("%s reaches the shell as it is", (_, text) => {
    expect(lists(transpose(`FROM a\nRUN ${text}\n`, options))).toEqual([
      ["/usr/bin/qemu", "-execve", "/bin/sh", "-c", text],
    ]);
  });

  test("blank lines and comments inside a continuation are left out, as the builder does", () => {
    expect(transpose("FROM a\nRUN a \\\n\n  # no\n\n  b\n", options)).toBe(`FROM a\n${copy}RUN ${shell("a   b")}\n`);
  });

  test("an exec form keeps its arguments, and finds no trace of the shell between", () => {
    const written = '["a",  "b c", "$d \\"e\\"", ""]';
    const [list] = lists(transpose(`FROM a\nENV PWD=/x\nRUN ${written}\n`, options));
    expect(list).toEqual([
      "/usr/bin/qemu",
      "-execve",
      "/bin/sh",
      "-c",
      'unset OLDPWD SHLVL _; exec "$0" "$@"',
      ...(JSON.parse(written) as string[]),
    ]);
  });

  test("on scratch a program by its path needs no shell", () => {
    const [list] = lists(transpose('FROM scratch\nCOPY busybox /\nRUN ["/busybox", "true"]\n', options));
    expect(list).toEqual(["/usr/bin/qemu", "-execve", "/busybox", "true"]);
  });

  test("SHELL is in force from where it stands, in stages on its stage too, and by the base image's configuration", () => {
    const text =
      'FROM a AS b\nRUN 1\nSHELL ["/bin/bash", "-eo", "pipefail", "-c"]\nRUN 2\nFROM b\nRUN 3\nFROM c\nRUN 4\n';
    const baseConfig = (image: string) => (image === "c" ? { shell: ["/bin/zsh", "-c"] } : undefined);
    expect(lists(transpose(text, { ...options, baseConfig })).map((list) => list.slice(2))).toEqual([
      ["/bin/sh", "-c", "1"],
      ["/bin/bash", "-eo", "pipefail", "-c", "2"],
      ["/bin/bash", "-eo", "pipefail", "-c", "3"],
      ["/bin/zsh", "-c", "4"],
    ]);
  });

  test("a shell without a path is looked up", () => {
    const [list] = lists(transpose('FROM a\nSHELL ["bash","-c"]\nRUN x\n', options));
    expect(list?.slice(2, 4)).toEqual(["/bin/sh", "-c"]);
    expect(list?.slice(-3)).toEqual(["bash", "-c", "x"]);
  });

  test("here-documents", () => {
    const text =
      "FROM a\nRUN <<EOF\nset -e\necho $x\nEOF\nRUN <<-'E'\n\ta\n\tE\nRUN cat <<A <<B >c\n1\nA\n2\nB\nRUN true\n";
    expect(lists(transpose(text, options)).map((list) => list[4])).toEqual([
      "set -e\necho $x\n",
      "a\n",
      "cat <<A <<B >c\n1\nA\n2\nB",
      "true",
    ]);
  });

  test("a here-document with an interpreter is given to it", () => {
    const [list] = lists(transpose("FROM a\nRUN <<EOF\n#! /usr/bin/env python3 -u\nprint(1)\nEOF\n", options));
    expect(list?.slice(5)).toEqual(["EOF", "#! /usr/bin/env python3 -u\nprint(1)\n", "/usr/bin/env", "python3 -u"]);
  });

  test("variables that the command's own quotes protect are not BuildKit's to expand in the step's name", () => {
    const text = String.raw`echo $A '$B' "$C '$D'" \$E "\$F" '$1' '${"${G}"}'`;
    const result = transpose(`FROM a\nRUN ${text}\n`, options);
    expect(lists(result)[0]?.[4]).toBe(text);
    expect(result.replaceAll("\\u0024", "@")).toContain(String.raw`echo $A '@B' \"$C '$D'\" \\@E \"\\@F\" '$1' '@{G}'`);
  });

  test("no line is longer than a builder reads", () => {
    const text = `echo ${"ab # \\\\ é".repeat(9000)}`;
    const result = transpose(`FROM a\nRUN <<EOF\n${text}\nEOF\n`, options);
    for (const line of result.split("\n")) expect(Buffer.byteLength(line)).toBeLessThan(65_536);
    expect(lists(result.replaceAll("\\\n", ""))[0]?.[4]).toBe(`${text}\n`);
    for (const line of result.split("\n").slice(3)) expect(line).toMatch(/^\w|^$/);
  });
});

describe("what cannot be is refused, with its place", () => {
  test("ONBUILD RUN of the base, all of them at once", () => {
    const text = "FROM a AS b\nONBUILD RUN x\nONBUILD COPY y /\nFROM b\nRUN z\nFROM old:1\n";
    const baseConfig = (image: string) => (image === "old:1" ? { onbuild: ["RUN npm i", "ENV a=b"] } : undefined);
    expect(() => transpose(text, { ...options, baseConfig, file: "Dockerfile" })).toThrow(
      expect.objectContaining({
        code: "EMULATE_NOT_TRANSPOSABLE",
        problems: [
          expect.objectContaining({ range: expect.objectContaining({ start: expect.objectContaining({ line: 4 }) }) }),
          expect.objectContaining({ range: expect.objectContaining({ start: expect.objectContaining({ line: 6 }) }) }),
        ],
      }),
    );
  });

  test("a command that no program could be given", () => {
    expect(() => transpose(`FROM a\nRUN <<E\n${"x".repeat(140_000)}\nE\n`, options)).toThrow(/128 KiB/);
  });

  test.each([
    [{}, /hostQemu/],
    [{ hostQemu: "a" }, /containerQemu/],
    [{ hostQemu: "a", hostQemuPath: "b", containerQemu: "/q" }, /differ/],
    [{ hostQemu: "a", containerQemu: "q" }, /absolute/],
    [{ hostQemu: "a*", containerQemu: "/q" }, /builder/],
    [{ hostQemu: "..", containerQemu: "/q" }, /no path/],
  ] as const)("options %j", (given, message) => {
    expect(() => transpose("FROM a\n", given)).toThrow(expect.objectContaining({ code: "EMULATE_BAD_OPTION" }));
    expect(() => transpose("FROM a\n", given)).toThrow(message);
  });
});
