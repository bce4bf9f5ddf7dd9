import { parse } from "@slipway/dockerfile";
import { describe, expect, test } from "vitest";
import { transpose } from "./transpose.ts";

// What the older transposer gets wrong, one by one. Its output filter's failures are in get-build-through-stream.test.ts,
// and what only an engine can tell is in same-as-plain.engine.test.ts.
const options = { hostQemu: "q/qemu", containerQemu: "/usr/bin/qemu" };
const copy = "COPY q/qemu /usr/bin/qemu\n";
const shell = (text: string): string => JSON.stringify(["/usr/bin/qemu", "-execve", "/bin/sh", "-c", text]);

/** A stage with these lines and a RUN, transposed: how the lines come out. */
function kept(lines: string): string {
  const run = "RUN true\n";
  const result = transpose(`FROM a\n${run}${lines}`, options);
  const start = `FROM a\n${copy}RUN ${shell("true")}\n`;
  expect(result.startsWith(start)).toBe(true);
  return result.slice(start.length);
}

/** The list that the last RUN runs, as the engine reads it. */
function list(dockerfile: string): string[] {
  const run = parse(transpose(dockerfile, options)).instructions.findLast(({ keyword }) => keyword === "RUN");
  return JSON.parse(run?.args ?? "") as string[];
}

test.each([
  ["two flags of a COPY", "COPY --chown=1:2 --from=b x y\n"],
  ["quotes in ENV", 'ENV a="b c" PATH="/x:$PATH" d=\'e\' f g\n'],
  ["quotes in CMD", 'CMD ["sh", "-c", "echo \\"a\\" \'b\'"]\n'],
  ["quotes in CMD for the shell", "CMD echo \"a\" 'b' $HOME\n"],
  ["ONBUILD", 'ONBUILD RUN make "a b"\nONBUILD COPY . /src\n'],
  ["LABEL, HEALTHCHECK and ENTRYPOINT", 'LABEL a="b \\"c\\""\nHEALTHCHECK CMD x "y"\nENTRYPOINT ["a",  "b"]\n'],
  ["comments and blank lines", "# one\n\n  # two\nUSER a\n\n"],
  ["text that is not ASCII", "ENV NAME=é\nLABEL a=日本\n"],
  ["line ends", "ENV a=b \\\r\n  c=d\r\n"],
  ["here-documents of COPY", "COPY <<EOF /a\nRUN not one\nEOF\n"],
])("%s stay as they were", (_, lines) => {
  expect(kept(lines)).toBe(lines);
});

test("directives stay, and are obeyed", () => {
  const directives = "# syntax=docker/dockerfile:1\n# escape=`\n";
  const result = transpose(`${directives}FROM a\nRUN x \`\n  y\\z\n`, options);
  expect(result).toBe(`${directives}FROM a\n${copy}RUN ${shell("x   y\\z")}\n`);
});

test("a keyword behind a continuation, or with one in it, is found", () => {
  expect(transpose("FROM a\n \\\nRUN x\nR\\\nUN y", options)).toBe(
    `FROM a\n${copy} \\\nRUN ${shell("x")}\nR\\\nUN ${shell("y")}`,
  );
});

test("a stage from scratch gets no emulator that it doesn't need", () => {
  const text = "FROM a AS build\nRUN make\nFROM scratch\nCOPY --from=build /x /x\n";
  expect(transpose(text, options)).toBe(text.replace("RUN make", `${copy}RUN ${shell("make")}`));
});

describe("RUN", () => {
  test("with text that is not ASCII", () => expect(list("FROM a\nRUN echo é日本🐳").at(-1)).toBe("echo é日本🐳"));

  test("with a blank line and a comment inside its continuation", () =>
    expect(list("FROM a\nRUN a && \\\n\n# c\n  b\n").at(-1)).toBe("a &&   b"));

  test("as a here-document", () => expect(list("FROM a\nRUN <<EOF\na\nb\nEOF\n").at(-1)).toBe("a\nb\n"));

  test("with a mount", () => {
    const text = "FROM a\nRUN --mount=type=cache,target=/c make\n";
    expect(transpose(text, options)).toBe(`FROM a\n${copy}RUN --mount=type=cache,target=/c ${shell("make")}\n`);
  });

  test("as a list: arguments stay apart", () =>
    expect(list('FROM a\nRUN ["a b", "", "c \\"d\\"", "$e"]\n').slice(-4)).toEqual(["a b", "", 'c "d"', "$e"]));

  test("after SHELL", () =>
    expect(list('FROM a\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN a | b\n').slice(2)).toEqual([
      "/bin/bash",
      "-o",
      "pipefail",
      "-c",
      "a | b",
    ]));

  test("with quotes and backslashes", () =>
    expect(list(String.raw`FROM a${"\n"}RUN printf '%s\n' "a\"b" \$c`).at(-1)).toBe(
      String.raw`printf '%s\n' "a\"b" \$c`,
    ));
});
