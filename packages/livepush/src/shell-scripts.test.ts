import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeFiles } from "../test/workbench.ts";
import type { DeleteItem } from "./push-plan.ts";
import { removeScript } from "./shell-scripts.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-scripts-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test.each(["sh", "busybox"])(
  "%s removes what is there, and minds nothing that is not, or lies below a file",
  async (shell) => {
    await writeFiles(folder, {
      a: "a",
      "it's": "b",
      file: "now a file",
      "full/x": "x",
      empty: null,
      "tree/y/z": "z",
      "became/folder": "f",
      l: { link: "full" },
    });
    const items = (kind: DeleteItem["kind"], ...names: string[]): DeleteItem[] =>
      names.map((name) => ({ kind, path: path.join(folder, name), why: "" }));
    const script = removeScript([
      ...items("file", "file/below", "none", "a", "it's", "became", "l"),
      ...items("folder", "empty", "full", "file/below"),
      ...items("tree", "file/below/more", "tree", "none"),
      ...items("file", "file/alone"),
      ...items("tree", "file/alone"),
    ]);
    execFileSync(shell, [...(shell === "busybox" ? ["sh"] : []), "-c", script]);
    const left = ["a", "it's", "file", "full/x", "empty", "tree", "became/folder", "l"];
    expect(left.filter((name) => existsSync(path.join(folder, name)))).toEqual(["file", "full/x", "became/folder"]);
  },
);
