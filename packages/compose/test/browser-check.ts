import { type ComposeHost, load, toJson, toYaml } from "../src/index.ts";

/** Bytes that the package may take, minified and compressed. */
export const gzipLimit = 150_000;

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

/** A project of several files from memory, and one with mistakes; in a browser both come out as in Node. */
export async function check(): Promise<unknown> {
  const { project, warnings } = await load({ files: ["compose.yaml", "over.yaml"], directory: "/p", host });
  const mistakes = await load({ text: broken, projectName: "p" }).catch(
    (error: unknown) => (error as { problems: unknown }).problems,
  );
  return { json: toJson(project), yaml: toYaml(project), warnings, mistakes };
}
