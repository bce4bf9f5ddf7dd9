// The node example, built clean and incrementally: npm run bench -- sti
// Each round changes the source, as a developer would, so that nothing comes from the build cache. Needs the npm registry.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { compare, report } from "./shared/measure.mjs";

const own = (name) => import(new URL(`../packages/${name}/dist/index.js`, import.meta.url).href);
const [{ build }, { buildDirectory }, { connect, removeImage }] = await Promise.all(
  ["sti", "build", "transport"].map(own),
);

const rounds = 3;
const run = `slipway-bench-${process.pid}`;
const engine = await connect();
const folder = await mkdtemp(path.join(tmpdir(), "slipway-bench-"));
const builder = `${run}/node`;
let change = 0;

async function buildOnce(tag, options) {
  change += 1;
  await writeFile(path.join(folder, "index.js"), `console.log(${change});\n`);
  const request = { source: folder, baseImage: builder, tag, engine, removePrevious: true, ...options };
  const { incremental } = await build(request).result;
  if (incremental === (options.clean ?? false)) throw new Error(`${tag} was built the other way`);
}

try {
  const example = new URL("../examples/builders/node", import.meta.url).pathname;
  await buildDirectory(engine, example, { tags: [builder] }).result;
  const dependencies = { express: "^4.0.0", lodash: "^4.0.0" };
  const devDependencies = { mocha: "^11.0.0", typescript: "^5.0.0" };
  const manifest = { name: "app", private: true, scripts: { start: "node index.js" }, dependencies, devDependencies };
  await writeFile(path.join(folder, "package.json"), JSON.stringify(manifest));
  const subjects = {};
  for (const method of ["build", "run"]) {
    const tag = `${run}/${method}`;
    await build({ source: folder, baseImage: builder, tag, method, clean: true, engine }).result;
    subjects[`incremental, method ${method}`] = () => buildOnce(tag, { method });
    subjects[`clean, method ${method}`] = () => buildOnce(tag, { method, clean: true });
  }
  report("The node example with express, lodash, mocha and typescript", await compare(subjects, rounds));
} finally {
  for (const tag of [`${run}/build`, `${run}/run`, builder]) await removeImage(engine, tag, { force: true });
  engine.close();
  await rm(folder, { recursive: true, force: true });
}
