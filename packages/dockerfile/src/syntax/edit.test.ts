import { expect, test } from "vitest";
import { edit } from "./edit.ts";
import { parse } from "./parse.ts";
import { type Instruction, print } from "./tree.ts";
import { randomDockerfile, randomFrom } from "../../test/random-dockerfile.ts";

const text = [
  "# syntax=x",
  "FROM --platform=$BUILDPLATFORM a  AS b # no",
  "",
  "# why",
  "  RUN --mount=type=cache,target=/c \\",
  "    --mount=type=tmpfs,target=/t  make \\",
  "    # all",
  "    all",
  "RUN <<E",
  "x",
  "E",
  "ONBUILD RUN y",
  "CMD",
].join("\n");
const wellFormed = text.replace(" # no", "");

function at(index: number, source: string = wellFormed): { tree: ReturnType<typeof parse>; node: Instruction } {
  const tree = parse(source);
  return { tree, node: tree.instructions[index] as Instruction };
}

test.each<
  [string, number, (editor: Parameters<Parameters<typeof edit>[1]>[0], node: Instruction) => void, string, string]
>([
  [
    "insert before",
    1,
    (e, n) => e.insertBefore(n, "USER u"),
    "  RUN --mount=type=cache",
    "USER u\n  RUN --mount=type=cache",
  ],
  ["insert after heredocs", 2, (e, n) => e.insertAfter(n, "USER u\nUSER v"), "x\nE\n", "x\nE\nUSER u\nUSER v\n"],
  ["insert at the open end", 4, (e, n) => e.insertAfter(n, "USER u"), "\nCMD", "\nCMD\nUSER u"],
  ["replace, heredocs too", 2, (e, n) => e.replace(n, "RUN z"), "RUN <<E\nx\nE\n", "RUN z\n"],
  ["remove", 2, (e, n) => e.remove(n), "RUN <<E\nx\nE\n", ""],
  ["arguments", 0, (e, n) => e.setArgs(n, "c AS b"), "a  AS b", "c AS b"],
  ["arguments over lines", 1, (e, n) => e.setArgs(n, "x"), "make \\\n    # all\n    all", "x"],
  ["arguments where there are none", 4, (e, n) => e.setArgs(n, '["a"]'), "\nCMD", '\nCMD ["a"]'],
  ["a flag's value", 0, (e, n) => e.setFlag(n, "platform", "linux/arm64"), "$BUILDPLATFORM", "linux/arm64"],
  ["a flag that is new", 2, (e, n) => e.setFlag(n, "network", "none"), "RUN <<E", "RUN --network=none <<E"],
  ["a flag with spaces", 2, (e, n) => e.addFlag(n, "mount", 'a "b" \\'), "RUN <<E", 'RUN --mount="a \\"b\\" \\\\" <<E'],
  ["a flag removed", 0, (e, n) => e.removeFlag(n, "platform"), "--platform=$BUILDPLATFORM ", ""],
  [
    "a kept instruction's flag",
    3,
    (e, n) => e.addFlag(n.trigger as Instruction, "network", "none"),
    "ONBUILD RUN y",
    "ONBUILD RUN --network=none y",
  ],
])("%s: nothing else changes", (_, index, change, before, after) => {
  const { tree, node } = at(index);
  const edited = edit(tree, (editor) => change(editor, node));
  expect(print(edited)).toBe(wellFormed.replace(before, () => after));
  expect(print(tree)).toBe(wellFormed);
});

test("flags that stand on several lines are removed from all of them", () => {
  const { tree, node } = at(1);
  const edited = edit(tree, (editor) => editor.removeFlag(node, "mount"));
  expect(print(edited)).toContain("  RUN \\\n    make \\\n    # all\n    all\n");
  expect(edited.instructions[1]?.flags).toEqual([]);
});

test("line ends are the file's", () => {
  const { tree, node } = at(0, "FROM a\r\nRUN x\r\n");
  expect(print(edit(tree, (editor) => editor.insertAfter(node, "USER u\nUSER v")))).toBe(
    "FROM a\r\nUSER u\r\nUSER v\r\nRUN x\r\n",
  );
});

test("a flag's value is read as it was given", () => {
  const { tree, node } = at(2);
  const value = `type=bind,"a b" 'c' \\`;
  const edited = edit(tree, (editor) => editor.setFlag(node, "mount", value));
  expect(edited.instructions[2]?.flags[0]?.value).toBe(value);
});

test("changes in the same place, and nodes of another tree, are refused", () => {
  const { tree, node } = at(2);
  const error = expect.objectContaining({ code: "DOCKERFILE_CONFLICTING_EDITS" }) as Error;
  expect(() => edit(tree, (editor) => (editor.remove(node), editor.setArgs(node, "x")))).toThrow(error);
  expect(() => edit(tree, (editor) => editor.remove(at(2).node))).toThrow(error);
});

test("random edits: the untouched instructions print as before", () => {
  for (let seed = 1; seed <= 500; seed++) {
    const random = randomFrom(seed);
    let tree;
    try {
      tree = parse(randomDockerfile(seed, "base").text);
    } catch {
      continue;
    }
    const chosen = tree.instructions.filter(() => random(3) === 0);
    const kinds = chosen.map(() => random(3));
    const edited = edit(tree, (editor) => {
      for (const [i, node] of chosen.entries()) {
        if (kinds[i] === 0) editor.insertBefore(node, "LABEL mark=1");
        else if (kinds[i] === 1) editor.replace(node, "LABEL mark=1");
        else editor.remove(node);
      }
    });
    const gone = new Set(chosen.filter((_, i) => kinds[i] !== 0));
    const kept = tree.instructions.filter((node) => !gone.has(node)).map((node) => node.text);
    const own = edited.instructions.filter((node) => node.text !== "LABEL mark=1").map((node) => node.text);
    expect(own, `seed ${seed}`).toEqual(kept);
    const comments = edited.comments.map((comment) => comment.source.trim());
    expect(comments, `seed ${seed}`).toEqual(tree.comments.map((comment) => comment.source.trim()));
  }
});
