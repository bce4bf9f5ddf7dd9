import path from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { expect, test } from "vitest";
import { runInBrowser } from "../test/run-in-browser.ts";
import type { ComposeHost } from "./compose-host.ts";
import { load } from "./load.ts";
import { toJson } from "./to-json.ts";

const files: Record<string, string> = {
  "/p/compose.yaml": `include: [part/compose.yaml]
x-common: &common { restart: always, labels: { é: "🐳" } }
services:
  web: { <<: *common, build: ./web, ports: ["8080-8081:80-81"], env_file: web.env, depends_on: [db] }
  db: { extends: { file: base/db.yaml, service: db }, image: "db:\${TAG}" }
`,
  "/p/over.yaml": "services: { web: { ports: !override [90], command: [\n  a,\n] } }\n",
  "/p/part/compose.yaml": "services: { part: { image: 'part:${TAG:-none}', volumes: ['./d:/d'] } }\n",
  "/p/part/.env": "TAG=part\n",
  "/p/base/db.yaml":
    "services: { db: { healthcheck: { test: [CMD, ok], interval: 90s }, volumes: ['./data:/data'] } }\n",
  "/p/web.env": 'A=1\nB="$A and more"\n',
  "/p/.env": "TAG=7\n",
};

const broken = "services:\n  web: { imgae: x, ports: [a] }\n  b: { depends_on: [we] }\n";

const host: ComposeHost = { readFile: (name) => Promise.resolve(files[name]) };

async function bundle(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: "silent",
    resolve: { conditions: ["@slipway/source", "module", "browser"] },
    build: {
      write: false,
      minify: true,
      target: "es2022",
      lib: { entry: path.join(import.meta.dirname, "index.ts"), formats: ["iife"], name: "compose" },
    },
  });
  const [output] = [result].flat();
  if (!output || !("output" in output)) throw new TypeError("no bundle");
  return output.output[0].code;
}

test(
  "the bundle is small, and in a real browser a project from memory is what it is in Node",
  { timeout: 120_000 },
  async () => {
    const code = await bundle();
    expect(gzipSync(code).length).toBeLessThan(150_000);
    const script = `${code}
const files = ${JSON.stringify(files)};
const host = { readFile: async (name) => files[name] };
(async () => {
  const { project } = await compose.load({ files: ["compose.yaml", "over.yaml"], directory: "/p", host });
  const wrong = await compose.load({ text: ${JSON.stringify(broken)}, projectName: "p" }).catch((error) => error.problems);
  document.body.textContent = JSON.stringify({ json: compose.toJson(project), yaml: compose.toYaml(project), wrong });
})().catch((error) => { document.body.textContent = String(error.stack); });`;
    const { project } = await load({ files: ["compose.yaml", "over.yaml"], directory: "/p", host });
    const wrong = await load({ text: broken, projectName: "p" }).catch(
      (error: unknown) => (error as { problems: unknown }).problems,
    );
    const { json, yaml, wrong: told } = JSON.parse(await runInBrowser(script)) as Record<string, unknown>;
    expect(json).toEqual(toJson(project));
    expect(yaml).toContain("part:7");
    expect(told).toEqual(JSON.parse(JSON.stringify(wrong)));
    expect(told).toHaveLength(4);
  },
);
