import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test, vi } from "vitest";

const root = path.join(import.meta.dirname, "..");

/**
 * Makes one test of each README example with the given fence (`ts`: needs nothing; `ts engine`: needs an engine). The
 * example runs as a module; the `//` comment lines at its end are what it must have printed, line by line, `…` standing
 * for any text.
 */
export async function runExamples(fence: string): Promise<void> {
  for (const readme of await readmes()) {
    const text = await readFile(path.join(root, readme), "utf8");
    let count = 0;
    for (const match of text.matchAll(/^```(ts[^\n]*)\n(.*?)^```$/gms)) {
      if (match[1]?.trim() !== fence) continue;
      const line = text.slice(0, match.index).split("\n").length;
      count += 1;
      test(`${readme}, example ${count} (line ${line})`, { timeout: 60_000 }, () => runExample(readme, match[2] ?? ""));
    }
  }
  test(`the READMEs were read for ${fence} examples`, async () => {
    expect(await readmes()).toContain("README.md");
  });
}

async function readmes(): Promise<string[]> {
  const packages = await readdir(path.join(root, "packages"));
  return ["README.md", ...packages.map((name) => `packages/${name}/README.md`)];
}

async function runExample(readme: string, code: string): Promise<void> {
  // Beside the README, so that it imports what a reader of that README could.
  const folder = await mkdtemp(path.join(root, path.dirname(readme), ".readme-example-"));
  const printed: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((...values: unknown[]) => {
    printed.push(...values.map(String).join(" ").split("\n"));
  });
  try {
    const file = path.join(folder, "example.ts");
    await writeFile(file, code);
    await import(/* @vite-ignore */ file);
  } finally {
    log.mockRestore();
    await rm(folder, { recursive: true, force: true });
  }
  const expected = expectedOutput(code);
  if (expected.length > 0) expect(printed.join("\n")).toMatch(asPattern(expected));
}

function expectedOutput(code: string): string[] {
  const lines = code.trimEnd().split("\n");
  const start = lines.findLastIndex((line) => !line.startsWith("//")) + 1;
  return lines.slice(start).map((line) => line.replace(/^\/\/ ?/, "").trimEnd());
}

function asPattern(lines: string[]): RegExp {
  const escaped = lines.map((line) => line.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll("…", ".*"));
  return new RegExp(`^${escaped.join("[ \\t]*\\n")}\\s*$`, "s");
}
