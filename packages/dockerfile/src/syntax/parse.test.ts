import { expect, test } from "vitest";
import { parse } from "./parse.ts";
import { print } from "./tree.ts";

test.each([
  ["CRLF, BOM, blank lines", "\uFEFF# syntax=x\r\n\r\nFROM a \\\r\n  AS b\r\n\r\nRUN x"],
  ["comments and blanks in a continuation", "FROM a\nRUN a \\\n# why\n\n  && b\n# end\n"],
  ["heredocs", "FROM a\nRUN <<A cat <<-'B'\none\nA\n\ttwo\n\tB\nCOPY <<EOF /x\nhi\nEOF\n"],
  ["escape directive", "# escape=`\nFROM a\nRUN c:\\ `\n  b\n"],
  ["no newline at the end", "FROM scratch"],
])("%s: prints back byte for byte", (_, text) => {
  expect(print(parse(text))).toBe(text);
});

test("keyword, flags, arguments, here-documents", () => {
  const tree = parse(
    "FROM a\nrun --mount=type=cache,target=/c  --network=none \\\n  make \\\n# c\n  all\nRUN <<E\nx\nE\n",
  );
  expect(tree.instructions.map((i) => [i.keyword, i.args])).toEqual([
    ["FROM", "a"],
    ["RUN", "make   all"],
    ["RUN", "<<E"],
  ]);
  expect(tree.instructions[1]?.flags.map(({ name, value }) => [name, value])).toEqual([
    ["mount", "type=cache,target=/c"],
    ["network", "none"],
  ]);
  expect(tree.instructions[2]?.heredocs).toMatchObject([
    { name: "E", content: "x\n", expand: true, chomp: false, range: { start: { line: 7 }, end: { line: 8 } } },
  ]);
});

test("all mistakes at once, each with its place and what was likely meant", () => {
  const text = "FROM a\nRUM x\nCOPY --form=b c d\nRUN <<EOF\nx\n";
  let problems: readonly unknown[] = [];
  try {
    parse(text, { file: "Dockerfile" });
  } catch (error) {
    ({ problems } = error as { problems: readonly unknown[] });
  }
  expect(problems).toMatchObject([
    {
      code: "DOCKERFILE_UNKNOWN_INSTRUCTION",
      hint: "did you mean RUN?",
      range: { start: { line: 2, column: 1 }, end: { column: 4 } },
    },
    { code: "DOCKERFILE_UNKNOWN_FLAG", hint: "did you mean --from?", range: { start: { line: 3, column: 6 } } },
    { code: "DOCKERFILE_UNTERMINATED_HEREDOC", range: { start: { line: 4 } } },
  ]);
});

test("comments know where they stand", () => {
  const { comments } = parse("# top\nFROM a\n#dev-run=make\nRUN x\n");
  expect(comments.map(({ text, beforeInstruction }) => [text, beforeInstruction])).toEqual([
    ["top", 0],
    ["dev-run=make", 1],
  ]);
});

test("whatever the bytes, only its own errors; what parses prints back", () => {
  let seed = 20261121;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return (seed >>> 8) % below;
  };
  const pieces = [
    "FROM a",
    "RUN",
    " ",
    "\\",
    "\n",
    "\r\n",
    "<<EOF",
    "EOF",
    "#",
    "# escape=`",
    '"',
    "'",
    "$",
    "{",
    "[",
    "]",
    "--x",
    "=",
    "ONBUILD ",
    "COPY a b",
    "\t",
    "é",
    "\0",
    "`",
  ];
  let parsed = 0;
  for (let round = 0; round < 20_000; round++) {
    const start = seed;
    const text =
      (round % 2 ? "FROM a\n" : "") + Array.from({ length: random(12) }, () => pieces[random(pieces.length)]).join("");
    try {
      expect(print(parse(text)), `seed ${start}`).toBe(text);
      parsed += 1;
    } catch (error) {
      expect((error as { code?: string }).code, `seed ${start}: ${JSON.stringify(text)}`).toMatch(/^DOCKERFILE_/);
    }
  }
  expect(parsed).toBeGreaterThan(1000);
});
