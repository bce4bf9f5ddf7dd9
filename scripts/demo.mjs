// npm run demo: the main job on a copy of examples/hello, from an empty engine to a page changed live.
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { heading, runMain, seconds, SetupError, step } from "./say.mjs";
import { setup } from "./setup.mjs";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");
const pageWithinMs = 30_000;

await runMain(async () => {
  const since = performance.now();
  await setup();
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => interrupted.abort());
  const copy = await mkdtemp(path.join(tmpdir(), "slipway-demo-"));
  try {
    await cp(path.join(root, "examples/hello"), copy, { recursive: true });
    await live(copy, interrupted.signal);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
  if (interrupted.signal.aborted) return 130;
  heading(`Done in ${seconds(since)}`);
  console.log("Try it yourself: npx slipway live examples/hello, then change examples/hello/web/src/page.js");
  return 0;
});

/**
 * @param {string} directory the example's copy
 * @param {AbortSignal} interrupted
 */
async function live(directory, interrupted) {
  const { LiveReport, liveProject, loadProject, transport, up } = await import("slipway");
  const port = await freePort();
  const environment = { ...process.env, HELLO_PORT: String(port) };
  const { project, files } = await loadProject({ directory, cwd: directory, projectName: "slipway-demo", environment });
  const engine = await transport.connect();
  const finished = new AbortController();
  const signal = AbortSignal.any([interrupted, finished.signal]);
  const report = new LiveReport({ stdout: process.stdout }, Object.keys(project.services));
  const url = `http://127.0.0.1:${port}/`;
  heading("Build and start");
  const script = editing(directory, url, signal);
  try {
    for await (const event of liveProject(project, { engine, directory, files, signal })) {
      report.event(event);
      if (event.type === "failed") throw event.error;
      if (event.type === "ready" || (event.type === "pushed" && event.service === "web")) {
        // The next edit starts while events go on to be printed; its failure ends the session.
        script.next().then(
          ({ done }) => done && finished.abort(),
          (error) => finished.abort(error),
        );
      }
    }
    if (finished.signal.aborted && finished.signal.reason?.name !== "AbortError") throw finished.signal.reason;
  } finally {
    heading("Clean up");
    await up.down(project, { engine, volumes: true }).result;
    engine.close();
    step("containers, network, volume and the copy of the example are gone");
  }
}

/**
 * The edits, one after each push.
 * @param {string} directory
 * @param {string} url
 * @param {AbortSignal} signal
 */
async function* editing(directory, url, signal) {
  const page = path.join(directory, "web/src/page.js");
  heading("The page");
  console.log(await pageWith(url, "Hello", signal));
  heading("Edit web/src/page.js: Hello becomes Ahoy");
  await writeFile(page, (await readFile(page, "utf8")).replace("Hello", "Ahoy"));
  yield;
  console.log(await pageWith(url, "Ahoy", signal));
  heading("Edit web/package.json: a new dependency, used by the page");
  const manifest = path.join(directory, "web/package.json");
  const json = JSON.parse(await readFile(manifest, "utf8"));
  json.dependencies.ms = "2.1.3";
  const text = await readFile(page, "utf8");
  await writeFile(
    page,
    `import ms from "ms";\n${text.replace("</p>", ", up for ${ms(Math.ceil(process.uptime()) * 1000, { long: true })}</p>")}`,
  );
  await writeFile(manifest, `${JSON.stringify(json, undefined, 2)}\n`);
  yield;
  console.log(await pageWith(url, "up for", signal));
}

/**
 * The page, once it holds a text: a container that restarted needs a moment until it serves.
 * @param {string} url
 * @param {string} text
 * @param {AbortSignal} signal
 */
async function pageWith(url, text, signal) {
  const since = performance.now();
  for (;;) {
    signal.throwIfAborted();
    const page = await fetch(url, { signal }).then(
      (response) => response.text(),
      (error) => `no answer: ${error.message}`,
    );
    if (page.includes(text)) return page.replace(/^<!doctype html>\n<title>.*\n/, "").trim();
    if (performance.now() - since > pageWithinMs) {
      throw new SetupError(`the page at ${url} doesn't hold "${text}" after ${pageWithinMs / 1000} s; it is:\n${page}`);
    }
    await delay(50, undefined, { signal });
  }
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
