import { caseAreas, readCases, readGoldens, loadOptions } from "./compose-cases.mjs";
import { load, toJson } from "../packages/compose/dist/index.js";
const areas = process.argv.slice(2);
export function diff(a, b, path = "") {
  if (a === b) return [];
  if (typeof a === "object" && typeof b === "object" && a && b && Array.isArray(a) === Array.isArray(b)) {
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((k) => diff(a[k], b[k], `${path}.${k}`));
  }
  return [`${path}: ours ${JSON.stringify(a)} theirs ${JSON.stringify(b)}`];
}
let n = 0, bad = 0;
for (const area of areas.length ? areas : await caseAreas()) {
  const [cases, goldens] = [await readCases(area), await readGoldens(area)];
  for (const [i, one] of cases.entries()) {
    if (one.differs) continue; n++;
    const golden = goldens[i];
    let ours;
    try { ours = { project: toJson((await load(loadOptions(one))).project) }; } catch (e) { ours = { rejected: e.code ? e.message : e.stack }; if (!e.code) console.log("CRASH", one.name, e.stack); }
    if (golden.rejected !== undefined && ours.rejected !== undefined) continue;
    const d = golden.rejected !== undefined ? [`THEY REJECT: ${golden.rejected}`] : ours.rejected !== undefined ? [`WE REJECT: ${ours.rejected} THEIRS: ${JSON.stringify(golden.project.services?.a)}`] : diff(ours.project, golden.project);
    if (d.length) { bad++; console.log(`[${area}] ${one.name}\n     ${d.join("\n     ")}`); }
  }
}
console.log(n, "cases", bad, "differ");
