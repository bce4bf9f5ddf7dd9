import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Io } from "./io.ts";
import { main } from "./main.ts";

let folder: string;

beforeEach(async () => {
  folder = path.join(await mkdtemp(path.join(tmpdir(), "slipway-config-")), "shop");
  await mkdir(path.join(folder, "sub"), { recursive: true });
});

afterEach(() => rm(path.dirname(folder), { recursive: true, force: true }));

function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return runWith({}, ...args);
}

async function runWith(
  given: Partial<Io>,
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const result = { code: 0, stdout: "", stderr: "" };
  result.code = await main(["config", ...args], {
    stdout: { write: (text) => (result.stdout += text) },
    stderr: { write: (text) => (result.stderr += text) },
    env: { SET: "set" },
    cwd: folder,
    signal: new AbortController().signal,
    ...given,
  });
  return result;
}

const write = (name: string, text: string): Promise<void> => writeFile(path.join(folder, name), text);

const shop = `services:
  web:
    build: .
    image: "shop/web:\${TAG:-latest}"
    ports: ["8080:80"]
    depends_on: { db: { condition: service_healthy } }
    volumes: [data:/data]
  db: { image: db, profiles: [full, db] }
volumes: { data: }
`;

test("YAML in its long form, and the same from a subfolder's file given with -f", async () => {
  await write("compose.yaml", "services: { web: { image: 'x:$SET$$' } }\n");
  const printed =
    'name: shop\nservices:\n  web:\n    image: "x:set$$"\n    networks:\n      default: null\nnetworks:\n  default:\n    name: shop_default\n';
  expect(await run()).toEqual({ code: 0, stderr: "", stdout: printed });
  await write("sub/other.yaml", "services: { web: { build: . } }\n");
  const other = await run("-f", "sub/other.yaml", "--format", "json");
  expect(JSON.parse(other.stdout)).toMatchObject({
    name: "sub",
    services: { web: { build: { context: path.join(folder, "sub") } } },
  });
});

test("--services, --images, --volumes, --graph, --profile, --project-name, --env-file", async () => {
  await write("compose.yaml", shop);
  await write("my.env", "TAG=7\n");
  expect((await run("--services", "--profile", "full")).stdout).toBe("web\ndb\n");
  expect((await run("--images", "--profile", "db", "--env-file", "my.env")).stdout).toBe("shop/web:7\ndb\n");
  expect((await run("--volumes", "--profile", "db", ".")).stdout).toBe("data\n");
  expect((await run("--graph", "--profile", "db")).stdout).toBe(
    'flowchart LR\n  s0["web"]\n  s1["db"]\n  s0 -->|healthy| s1\n',
  );
  expect((await run("--profile", "db", "-p", "other")).stdout).toMatch(/^name: other\n/);
});

test("--no-interpolate prints the files as one, with their variables", async () => {
  await write("compose.yaml", `${shop}include: [sub/more.yaml]\n`);
  await write(
    "compose.override.yaml",
    "services: { web: { ports: ['${P}:81'], extends: { file: sub/base.yaml, service: base } } }\n",
  );
  await write("sub/more.yaml", "services: { more: { image: 'more:$M' } }\n");
  await write("sub/base.yaml", "services: { base: { working_dir: '/$W' } }\n");
  const { stdout, stderr } = await run("--no-interpolate", "--format", "json");
  expect(stderr).toBe("");
  const { services } = JSON.parse(stdout);
  expect(services.web).toMatchObject({
    image: "shop/web:${TAG:-latest}",
    working_dir: "/$W",
    ports: [{ target: 80, published: "8080" }, "${P}:81"],
  });
  expect(services.more).toMatchObject({ image: "more:$M" });
  expect((await run("--no-interpolate", "--services")).stdout).toBe("web\ndb\nmore\n");
});

test("COMPOSE_FILE, of the environment or of .env, says which files there are; - is the standard input", async () => {
  await write("one.yaml", "services: { a: { image: x } }\n");
  await write("sub/two.yaml", "services: { b: { image: y } }\n");
  await write(".env", "COMPOSE_FILE=one.yaml,sub/two.yaml\nCOMPOSE_PATH_SEPARATOR=,\n");
  expect((await run("--services")).stdout).toBe("a\nb\n");
  expect((await runWith({ env: { COMPOSE_FILE: "one.yaml" } }, "--services")).stdout).toBe("a\n");
  expect((await runWith({ env: { COMPOSE_DISABLE_ENV_FILE: "1" } }, "--services")).code).not.toBe(0);
  const stdin = Readable.from(["services: { c: { image: z } }\n"]);
  expect((await runWith({ stdin }, "--file", "-", "--services")).stdout).toBe("c\n");
});

test("--target balena converts, or tells everything that is in the way, with its place", async () => {
  await write("compose.yaml", "services: { a: { image: x, volumes: [/run/dbus:/d] } }\n");
  expect((await run("--target", "balena")).stdout).toContain('io.balena.features.dbus: "1"');
  await write(
    "compose.yaml",
    "services:\n  a:\n    image: x\n    links: [b]\n    volumes: [./x:/x]\n  b: { image: y }\n",
  );
  const { code, stderr } = await run("--target", "balena");
  expect(code).toBe(2);
  expect(stderr).toContain(
    "compose.yaml:4:5: services.a.links: `links` is not supported on balena devices\n  4 |     links: [b]\n    |     ^^^^^\n",
  );
  expect(stderr).toContain("compose.yaml:5:15:");
});

test("every problem with an excerpt, a caret and a hint; warnings on stderr", async () => {
  await write("compose.yaml", "version: '3'\nservices:\n  web:\n    imgae: x\n    ports: [a]\n");
  const { code, stdout, stderr } = await run();
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain(
    "error: compose.yaml:4:5: unknown field `imgae` in `services.web`\n  4 |     imgae: x\n    |     ^^^^^\n  hint: did you mean `image`?\n",
  );
  expect(stderr).toContain("compose.yaml:5:13");
  await write("compose.yaml", "version: '3'\nservices: { a: { image: 'x$NO' } }\n");
  expect((await run()).stderr).toContain("warning: compose.yaml:1:1: `version` is obsolete");
});

test("a file of version 1 is shown as it would be written today", async () => {
  await write("compose.yaml", "web:\n  build: .\n  dockerfile: D\n  net: host\n  volumes: ['data:/x']\n");
  const { code, stderr } = await run();
  expect(code).toBe(2);
  expect(stderr).toContain(
    "services:\n  web:\n    build:\n      context: .\n      dockerfile: D\n    network_mode: host\n",
  );
});

test("what no service uses is not printed", async () => {
  await write(
    "compose.yaml",
    "services: { a: { image: x, volumes: ['vol:/v'] } }\nvolumes: { vol: , unused: }\nnetworks: { n: }\n",
  );
  expect((await run("--volumes")).stdout).toBe("vol\n");
  expect((await run()).stdout).not.toMatch(/unused|n:\n    name: shop_n/);
});
