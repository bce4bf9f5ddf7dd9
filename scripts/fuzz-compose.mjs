// Compares random projects of several files, with values of all fields, with what docker-compose makes of them:
//   node scripts/fuzz-compose.mjs PROGRAM [COUNT] [SEED]
// Prints each case that differs, in the form of the case files, and ends with 1 if there was one.
import { load, toJson } from "@slipway/compose";
import { askOracle, loadOptions } from "../packages/compose/test/compose-cases.mjs";
import { RandomProject } from "../packages/compose/test/random-project.mjs";
import { sorted } from "../packages/compose/test/reference-data.mjs";

const [oracle, count = "500", givenSeed] = process.argv.slice(2);
if (oracle === undefined) {
  process.stderr.write("usage: node scripts/fuzz-compose.mjs PROGRAM [COUNT] [SEED]\n");
  process.exit(2);
}
const seed = Number(givenSeed ?? Date.now() % 1_000_000);
const projects = new RandomProject(seed);

let different = 0;
let accepted = 0;
process.stdout.write(`seed ${seed}\n`);

/** @param {number} index */
async function compare(index) {
  const one = projects.next(`seed ${seed}, case ${index}`);
  const golden = await askOracle(oracle ?? "", one);
  const ours = await load(loadOptions(one)).then(
    ({ project }) => ({ project: sorted(toJson(project)), error: undefined }),
    (error) => ({ project: undefined, error }),
  );
  if (golden.project !== undefined) accepted++;
  const [theirs, own] = [JSON.stringify(sorted(golden.project)), JSON.stringify(ours.project)];
  if (theirs === own && (ours.error === undefined || "code" in ours.error)) return;
  different++;
  const variables = Object.entries(one.environment).map(([key, value]) => `${key}=${value}`);
  const options = [...variables, ...one.args].join(" ");
  const files = Object.entries(one.files).map(([name, text]) => `-- ${name}\n${text}`);
  process.stdout.write(
    `= ${one.name} | ${options}\n${files.join("")}theirs: ${theirs ?? golden.rejected}\nours:   ${own ?? ours.error}\n\n`,
  );
}

for (let index = 0; index < Number(count); index += 4) {
  await Promise.all([0, 1, 2, 3].map((more) => compare(index + more)));
}
process.stdout.write(`${count} cases, ${accepted} of them accepted, ${different} different\n`);
process.exitCode = different === 0 ? 0 : 1;
