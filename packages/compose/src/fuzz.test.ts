import { expect, test } from "vitest";
import { caseAreas, readCases } from "../test/compose-cases.mjs";
import { ComposeError } from "./compose-error.ts";
import { load } from "./load.ts";
import { normalize } from "./normalize.ts";
import { toYaml } from "./to-yaml.ts";

const seed = Number(process.env["COMPOSE_FUZZ_SEED"] ?? Date.now() % 1_000_000);
const rounds = Number(process.env["COMPOSE_FUZZ_ROUNDS"] ?? 300);

function randomNumbers(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Loads a text; anything but one of our own errors is a fault. Says which files were asked for. */
async function survives(text: string, label: string): Promise<Set<string>> {
  const asked = new Set<string>();
  const readFile = async (path: string): Promise<undefined> => {
    asked.add(path);
    return undefined;
  };
  try {
    const { project } = await load({ text, directory: "/p", host: { readFile } });
    const again = await load({ text: toYaml(project), directory: "/p" });
    expect(again.project.name, label).toBe(project.name);
  } catch (error) {
    if (!(error instanceof ComposeError)) throw new Error(`${label}: ${text}`, { cause: error });
    expect(error.problems.length, label).toBeGreaterThan(0);
  }
  expect(({} as Record<string, unknown>)["polluted"], label).toBeUndefined();
  return asked;
}

test(`mutations of valid files: only own errors, and only files that are named (seed ${seed})`, async () => {
  const random = randomNumbers(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const texts = (await Promise.all((await caseAreas()).map(readCases)))
    .flat()
    .flatMap(({ files }) => files["compose.yaml"] ?? [])
    .filter((text) => !text.includes("include") && !text.includes("extends") && !text.includes("_file"));
  const pieces = [
    "[",
    "]",
    "{",
    "}",
    ": ",
    "- ",
    "&a ",
    "*a ",
    "<<: ",
    "!reset ",
    "!override ",
    "'",
    '"',
    "\n",
    "  ",
    "\t",
    "#",
    "$",
    "${",
    "|",
    ">",
    "null",
    "__proto__",
    "constructor",
    "---\n",
    "\u0000",
    "\uFEFF",
    "é",
    "9".repeat(30),
    "? ",
    "%",
  ];
  for (let round = 0; round < rounds; round++) {
    let text = pick(texts);
    for (let i = 0; i <= random() * 3; i++) {
      const at = Math.floor(random() * text.length);
      const cut = random() < 0.5 ? 0 : Math.floor(random() * 8);
      text = text.slice(0, at) + (random() < 0.8 ? pick(pieces) : pick(texts).slice(0, 40)) + text.slice(at + cut);
    }
    const asked = await survives(text, `seed ${seed}, round ${round}`);
    // `.env` belongs to the project; all others are named by the text.
    asked.delete("/p/.env");
    if (asked.size > 0) expect(text, `seed ${seed}, round ${round}`).toMatch(/include|extends|_file/);
  }
});

test(`random YAML (seed ${seed})`, async () => {
  const random = randomNumbers(seed + 1);
  const keys = [
    "services",
    "networks",
    "volumes",
    "a",
    "image",
    "build",
    "ports",
    "environment",
    "depends_on",
    "deploy",
    "x-a",
    "__proto__",
    "constructor",
    "toString",
    "polluted",
    "healthcheck",
    "include",
    "secrets",
    "labels",
  ];
  const value = (depth: number): unknown => {
    const kind = random();
    if (depth > 5 || kind < 0.4)
      return [null, true, 3, -1.5, "text", "", "${V:-x}", "80:80", "./a:/b", "1h", "é"][Math.floor(random() * 11)];
    if (kind < 0.6) return Array.from({ length: Math.floor(random() * 4) }, () => value(depth + 1));
    return `{${Array.from({ length: Math.floor(random() * 5) }, () => `"${keys[Math.floor(random() * keys.length)]}": ${JSON.stringify(value(depth + 1))}`).join(", ")}}`;
  };
  for (let round = 0; round < rounds; round++) {
    const text = String(value(0))
      .replaceAll(/"(\{.*?\})"/g, "$1")
      .replaceAll('\\"', '"');
    await survives(text, `seed ${seed}, round ${round}`);
  }
});

test("keys that objects have anyway are keys like others", () => {
  const text =
    "services: { a: { image: x, labels: { __proto__: p, constructor: c, toString: t } }, __proto__: { image: y } }\nx-a: { __proto__: { polluted: 1 } }\n";
  const project = normalize(text);
  expect(Object.keys(project.services)).toEqual(["a", "__proto__"]);
  expect(Object.entries(project.services["a"]?.labels ?? {})).toEqual([
    ["__proto__", "p"],
    ["constructor", "c"],
    ["toString", "t"],
  ]);
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});

test("aliases of aliases are refused before they take memory", () => {
  let text = "x-a0: &a0 [x, x]\n";
  for (let i = 1; i < 64; i++)
    text += `x-a${i}: &a${i} [${Array.from({ length: 8 }, () => `*a${i - 1}`).join(", ")}]\n`;
  expect(() => normalize(text)).toThrow(expect.objectContaining({ code: "COMPOSE_TOO_LARGE" }) as Error);
  let maps = "a0: &a0 { k: v }\n";
  for (let i = 1; i < 40; i++) maps += `a${i}: &a${i} { <<: *a${i - 1}, l: *a${i - 1}, m: *a${i - 1} }\n`;
  expect(() => normalize(maps)).toThrow(expect.objectContaining({ name: "ComposeError" }) as Error);
});

test("a file may be as long as it is without aliases, and have very many of them", () => {
  const long = `x-long: [${"1, ".repeat(600_000)}1]\nservices: { a: { image: x } }\n`;
  expect((normalize(long)["x-long"] as unknown[]).length).toBe(600_001);
  const used = `x-base: &base { a: 1, b: 2, c: [3, 4] }\nx-uses: [${"*base, ".repeat(50_000)}*base]\nservices: { a: { image: x } }\n`;
  expect((normalize(used)["x-uses"] as unknown[]).length).toBe(50_001);
});

test("deep nesting and long chains don't overflow the stack", async () => {
  expect(() => normalize(`x-a: ${"[".repeat(50_000)}`)).toThrow(ComposeError);
  expect(() => normalize(`services: { a: { image: "${"${V:-".repeat(5000)}" } }`)).toThrow(ComposeError);
  const chain = Array.from(
    { length: 3000 },
    (_, i) => `  s${i}: { image: x${i ? `, depends_on: [s${i - 1}]` : ""} }\n`,
  );
  expect(Object.keys(normalize(`services:\n${chain.join("")}`).services)).toHaveLength(3000);
});
