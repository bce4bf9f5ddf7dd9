// Records what docker-compose says to the reference implementation's own test data, which lies beside the project:
//   node scripts/record-compose-reference.mjs PROGRAM
// Only digests are kept. Prints each case in which the answers differ.
import { writeFile } from "node:fs/promises";
import { load, toJson } from "@slipway/compose";
import { nodeHost } from "@slipway/compose/node";
import {
  askAboutReference,
  digestOf,
  referenceCases,
  referenceDigests,
  referenceOptions,
  sorted,
} from "../packages/compose/test/reference-data.mjs";

const [oracle] = process.argv.slice(2);
if (oracle === undefined) {
  process.stderr.write("usage: node scripts/record-compose-reference.mjs PROGRAM\n");
  process.exit(2);
}
/** @type {Record<string, string>} */
const digests = {};
let different = 0;
for (const one of await referenceCases()) {
  const theirs = await askAboutReference(oracle, one);
  const ours = await load({ ...referenceOptions(one), host: nodeHost() }).then(
    ({ project }) => ({ json: toJson(project), message: "" }),
    (error) => ({ json: undefined, message: String(error) }),
  );
  digests[one.name] = theirs === undefined ? "rejected" : digestOf(theirs);
  const [left, right] = [theirs, ours.json].map((json) => JSON.stringify(sorted(json)));
  if (left === right) continue;
  different++;
  process.stdout.write(`${one.name}\ntheirs: ${left}\nours:   ${right ?? ours.message}\n\n`);
}
await writeFile(referenceDigests, `${JSON.stringify(digests, undefined, 2)}\n`);
process.stdout.write(`${Object.keys(digests).length} cases, ${different} different\n`);
