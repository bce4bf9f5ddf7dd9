import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { main } from "./main.ts";

async function help(...args: string[]): Promise<string> {
  let text = "";
  const stdout = { write: (more: string) => (text += more), columns: 80 };
  const signal = new AbortController().signal;
  expect(await main([...args, "--help"], { stdout, stderr: stdout, env: {}, cwd: "/", signal })).toBe(0);
  return text;
}

const commands = ["engine", "config", "build", "up", "live", "down", "lint", "template"];

test.each(commands)("the README has all options of %s", async (command) => {
  const readme = await readFile(path.join(import.meta.dirname, "../README.md"), "utf8");
  const options = (await help(command)).match(/(?<=^ {2}(?:-\w, )?)--[a-z-]+/gm) ?? [];
  expect(options.length).toBeGreaterThan(0);
  expect(
    options.filter(
      (option) => option !== "--help" && !readme.includes(`${option}\``) && !readme.includes(`${option} `),
    ),
  ).toEqual([]);
});

test("build --help: in groups, with examples, as wide as the terminal but for those", async () => {
  const text = await help("build");
  for (const heading of ["How to build:", "Where and how many:", "What comes of it:", "Examples:"]) {
    expect(text).toContain(`\n${heading}\n`);
  }
  const [options = ""] = text.split("Examples:");
  expect(Math.max(...options.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
});
