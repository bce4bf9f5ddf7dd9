// Compares random combinations of the recorded cases with what docker-compose makes of them:
//   node scripts/fuzz-compose.mjs PROGRAM [COUNT] [SEED]
// Prints each case that differs, in the form of the case files, and ends with 1 if there was one.
import { load, toJson } from "@slipway/compose";
import { askOracle, caseAreas, loadOptions, readCases, readGoldens } from "../packages/compose/test/compose-cases.mjs";

const [oracle, count = "500", givenSeed] = process.argv.slice(2);
if (oracle === undefined) {
  process.stderr.write("usage: node scripts/fuzz-compose.mjs PROGRAM [COUNT] [SEED]\n");
  process.exit(2);
}
const seed = Number(givenSeed ?? Date.now() % 1_000_000);
let state = seed;

function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}

/** @template T @param {readonly T[]} list @returns {T} */
function pick(list) {
  return /** @type {T} */ (list[Math.floor(random() * list.length)]);
}

/** Fields of services that go well, by the field's name, and some that don't. */
const fields = await collect();

async function collect() {
  /** @type {Map<string, string[]>} */
  const found = new Map();
  for (const area of await caseAreas()) {
    const goldens = await readGoldens(area);
    for (const [index, { name, differs }] of (await readCases(area)).entries()) {
      if (!name.startsWith("+ ") || differs || name.includes("\\n") || name.includes(" ||| ")) continue;
      if (goldens[index]?.rejected !== undefined && random() > 0.02) continue;
      const text = name.slice(2);
      const key = /** @type {string} */ (text.split(":", 1)[0]);
      found.set(key, [...(found.get(key) ?? []), text]);
    }
  }
  return [...found.values()];
}

/** @param {string} indent @param {number} most */
function someFields(indent, most) {
  const chosen = new Map();
  for (let i = Math.floor(random() * most); i >= 0; i--) {
    const text = pick(pick(fields));
    chosen.set(text.split(":", 1)[0], text);
  }
  return [...chosen.values()].map((text) => `${indent}${text}\n`).join("");
}

const around = `networks: { front: {}, back: {} }
volumes: { data: {}, other: { name: elsewhere } }
secrets: { key: { file: ./key.pem }, token: { environment: TOKEN } }
configs: { conf: { file: ./conf.ini }, text: { content: hello } }
`;

/** @param {number} index @returns {import("../packages/compose/test/compose-cases.mjs").ComposeCase} */
function randomCase(index) {
  const extending = random() < 0.4;
  const base = random() < 0.5 ? "base" : "{ service: base, file: d/base.yaml }";
  /** @type {Record<string, string>} */
  const files = {
    "compose.yaml": `services:\n  a:\n    image: x\n${extending ? `    extends: ${base}\n` : ""}${someFields("    ", 5)}  b: { image: x }\n  c: { image: x }\n  base:\n    image: y\n${someFields("    ", 4)}${around}`,
    "d/base.yaml": `services:\n  base:\n    image: z\n${someFields("    ", 4)}`,
  };
  if (random() < 0.6) files["compose.override.yaml"] = `services:\n  a:\n${someFields("    ", 5)}`;
  if (random() < 0.2) files["compose.yaml"] += `include: [d/base.yaml]\n`.replace("d/base", "d/inc");
  files["d/inc.yaml"] = `services:\n  i:\n    image: i\n${someFields("    ", 3)}  b2: { image: x }\n${around}`;
  return { name: `seed ${seed}, case ${index}`, args: [], environment: { TOKEN: "t", V: "1" }, files, differs: false };
}

/** @param {unknown} value @returns {unknown} */
function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, sorted(one)]),
  );
}

let different = 0;
let accepted = 0;
process.stdout.write(`seed ${seed}\n`);

/** @param {number} index */
async function compare(index) {
  const one = randomCase(index);
  const golden = await askOracle(oracle ?? "", one);
  const ours = await load(loadOptions(one)).then(
    ({ project }) => ({ project: sorted(toJson(project)), error: undefined }),
    (error) => ({ project: undefined, error }),
  );
  if (golden.project !== undefined) accepted++;
  const [theirs, own] = [JSON.stringify(sorted(golden.project)), JSON.stringify(ours.project)];
  if (theirs === own && (ours.error === undefined || "code" in ours.error)) return;
  different++;
  const files = Object.entries(one.files).map(([name, text]) => `-- ${name}\n${text}`);
  process.stdout.write(
    `= ${one.name} | TOKEN=t V=1\n${files.join("")}theirs: ${theirs ?? golden.rejected}\nours:   ${own ?? ours.error}\n\n`,
  );
}

for (let index = 0; index < Number(count); index += 4) {
  await Promise.all([0, 1, 2, 3].map((more) => compare(index + more)));
}
process.stdout.write(`${count} cases, ${accepted} of them accepted, ${different} different\n`);
process.exitCode = different === 0 ? 0 : 1;
