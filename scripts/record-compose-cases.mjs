// Records what docker-compose says to the cases of packages/compose/cases:
//   node scripts/record-compose-cases.mjs PROGRAM [AREA]...
// PROGRAM is docker-compose 2.40.3, as Debian's package of that name has it; it needs no engine for this.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { askOracle, caseAreas, casesFolder, readCases } from "../packages/compose/test/compose-cases.mjs";

const [oracle, ...wanted] = process.argv.slice(2);
if (oracle === undefined) {
  process.stderr.write("usage: node scripts/record-compose-cases.mjs PROGRAM [AREA]...\n");
  process.exit(2);
}
for (const area of wanted.length > 0 ? wanted : await caseAreas()) {
  const cases = await readCases(area);
  /** @type {string[]} */
  const lines = [];
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < cases.length; index = next++) {
      const one = cases[index];
      if (one) lines[index] = JSON.stringify(await askOracle(oracle, one));
    }
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
  await writeFile(join(casesFolder, `${area}.expected.jsonl`), `${lines.join("\n")}\n`);
  process.stdout.write(`${area}: ${cases.length} cases\n`);
}
