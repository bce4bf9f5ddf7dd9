import type { Problem } from "@slipway/errors";
import { expect, test } from "vitest";
import { ComposeError } from "./compose-error.ts";
import type { ComposeHost } from "./compose-host.ts";
import { load, type LoadOptions, type LoadResult } from "./load.ts";

function memoryHost(files: Readonly<Record<string, string>>): ComposeHost & { readonly reads: string[] } {
  const reads: string[] = [];
  return {
    reads,
    readFile: async (path) => {
      reads.push(path);
      return files[path];
    },
  };
}

type Options = Partial<Omit<LoadOptions, "files">>;

function loadText(texts: string | string[], options: Options = {}): Promise<LoadResult> {
  const files = [texts]
    .flat()
    .map((text, index) => ({ name: index === 0 ? "compose.yaml" : `over${index}.yaml`, text }));
  return load({ files, directory: "/p", ...options });
}

function line({ code, range, path, message, hint }: Problem): string {
  const place = range ? `${range.file}:${range.start.line}:${range.start.column}` : "-";
  return `${place} ${path ?? "-"} ${code} ${message}${hint === undefined ? "" : ` (${hint})`}`;
}

async function problems(texts: string | string[], options: Options = {}): Promise<string[]> {
  try {
    await loadText(texts, options);
    return [];
  } catch (error) {
    if (!(error instanceof ComposeError)) throw error;
    return error.problems.map(line);
  }
}

test("a project in its long form", async () => {
  const { project, disabled, warnings } = await loadText(
    "services:\n  web:\n    build: .\n    ports: ['8080:80']\n    depends_on: [db]\n  db: { image: 'db:${TAG}' }\n",
    { environment: { TAG: "3", NOT: undefined } },
  );
  expect([disabled, warnings]).toEqual([{}, []]);
  const none = { environment: {}, ports: [], volumes: [], depends_on: {}, labels: {}, networks: { default: null } };
  expect(project).toEqual({
    name: "p",
    services: {
      web: {
        ...none,
        name: "web",
        build: { context: "/p", dockerfile: "Dockerfile" },
        ports: [{ mode: "ingress", target: 80, published: "8080", protocol: "tcp" }],
        depends_on: { db: { condition: "service_started", required: true } },
      },
      db: { ...none, name: "db", image: "db:3" },
    },
    networks: { default: { name: "p_default" } },
    volumes: {},
    secrets: {},
    configs: {},
  });
});

test("everything wrong in all files is told at once, each thing once, with its place", async () => {
  const base = `services:
  web:
    imgae: x
    ports: [80, "x:y"]
    environment: { A: "\${NEED:?set it}", B: [1] }
    depends_on: [databse]
    volumes: ["data:/x", { type: bind, target: /y }]
  odd: 3
  twice: { image: a, image: b }
  database: { image: y, networks: [bakc] }
networks: { back: }
volume: {}
`;
  const over = `services:
  web: { healthcheck: { interval: 10 }, restart: 5 }
  new: { deploy: { replicas: many } }
`;
  expect(await problems([base, over])).toEqual([
    "compose.yaml:3:5 services.web.imgae COMPOSE_UNKNOWN_FIELD unknown field `imgae` in `services.web` (did you mean `image`?)",
    'compose.yaml:4:17 services.web.ports[1] COMPOSE_BAD_VALUE services.web.ports[1]: `y` is not a port or a range of ports (write "8080:80", "127.0.0.1:8080:80/udp" or "8000-8010:8000-8010")',
    "compose.yaml:5:24 services.web.environment.A COMPOSE_UNSET_VARIABLE variable NEED is required and has no value: set it",
    "compose.yaml:5:45 services.web.environment.B COMPOSE_WRONG_TYPE `services.web.environment.B` is a list, expected a string, a number, a boolean or nothing",
    "compose.yaml:6:18 services.web.depends_on.databse COMPOSE_UNDEFINED_REFERENCE service `web` depends on `databse`, which is not defined (did you mean `database`?)",
    "compose.yaml:7:15 services.web.volumes[0] COMPOSE_UNDEFINED_REFERENCE service `web` refers to volume `data`, which is not defined (define it under the top-level `volumes:`)",
    "compose.yaml:7:26 services.web.volumes[1] COMPOSE_MISSING_FIELD a bind mount has no source (say which path of the host is mounted: source: ./path)",
    "compose.yaml:8:8 services.odd COMPOSE_WRONG_TYPE `services.odd` is a number (3), expected a service (a mapping)",
    "compose.yaml:9:22 services.twice.image COMPOSE_DUPLICATE_KEY key `image` is there already, on line 9 (keep one of the two)",
    "compose.yaml:10:36 services.database.networks.bakc COMPOSE_UNDEFINED_REFERENCE service `database` refers to network `bakc`, which is not defined (did you mean `back`?)",
    "compose.yaml:12:1 volume COMPOSE_UNKNOWN_FIELD unknown field `volume` in the file (did you mean `volumes`?)",
    "over1.yaml:2:35 services.web.healthcheck.interval COMPOSE_WRONG_TYPE `services.web.healthcheck.interval` is a number (10), expected a duration, as in 1m30s (a duration has a unit, as in 10s)",
    'over1.yaml:2:50 services.web.restart COMPOSE_WRONG_TYPE `services.web.restart` is a number (5), expected a string (put it in quotes: "5")',
    "over1.yaml:3:8 services.new COMPOSE_MISSING_FIELD service `new` has neither `image` nor `build` (say which image it runs, or how one is built)",
    "over1.yaml:3:30 services.new.deploy.replicas COMPOSE_BAD_VALUE `services.new.deploy.replicas`: `many` is not a whole number",
  ]);
});

test("an error carries the first problem's code, range and hint", async () => {
  const error = await loadText("services: { a: { image: 3 } }\n").catch((caught: unknown) => caught);
  expect(error).toMatchObject({
    code: "COMPOSE_WRONG_TYPE",
    hint: 'put it in quotes: "3"',
    range: { file: "compose.yaml", start: { line: 1, column: 25 }, end: { column: 26 } },
  });
  expect((error as Error).message).toBe("compose.yaml:1:25: `services.a.image` is a number (3), expected a string");
});

test.each<[string, string]>([
  ["", "- - COMPOSE_EMPTY compose.yaml is empty"],
  [
    "- a\n",
    "compose.yaml:1:1 - COMPOSE_WRONG_TYPE a compose file is a mapping, this is a list (start it with `services:`)",
  ],
  ["services:\n", "compose.yaml:1:9 services COMPOSE_WRONG_TYPE `services` is empty, expected a mapping"],
  [
    "services: { a: }\n",
    "compose.yaml:1:14 services.a COMPOSE_WRONG_TYPE `services.a` is empty, expected a service (a mapping)",
  ],
  [
    "services: { a: {} }\n",
    "compose.yaml:1:16 services.a COMPOSE_MISSING_FIELD service `a` has neither `image` nor `build` (say which image it runs, or how one is built)",
  ],
  [
    "web:\n  image: x\ndb: { build: . }\n",
    "compose.yaml:1:1 - COMPOSE_VERSION_1 this is a compose file of version 1, which has no `services:` (put the services under `services:`, as in\nservices:\n  web:\n    image: x\n  db:\n    build: .\n)",
  ],
  [
    "services: { 'a b': { image: x } }\n",
    "compose.yaml:1:13 services.a b COMPOSE_BAD_VALUE `a b` cannot be a name in `services` (names consist of letters, digits, dots, underscores and hyphens)",
  ],
  [
    "services: { a: { image: x, labels: { d: 2024-01-01 } } }\n",
    'compose.yaml:1:41 services.a.labels.d COMPOSE_WRONG_TYPE `services.a.labels.d` is a date (2024-01-01), expected a string, a number, a boolean or nothing (put it in quotes: "2024-01-01")',
  ],
  [
    "services: { a: { image: x, command: 'a \"b' } }\n",
    'compose.yaml:1:37 services.a.command COMPOSE_BAD_VALUE `services.a.command`: `a "b` cannot be split into words: a quote or parenthesis is open (for a shell, write ["sh", "-c", "..."])',
  ],
  [
    "services: { a: { image: x, cap_add: [A], security_opt: [s, s] } }\n",
    "compose.yaml:1:60 services.a.security_opt[1] COMPOSE_DUPLICATE_ITEM `services.a.security_opt` has `s` twice (keep one of the two)",
  ],
  [
    "services: { a: { image: x, extra_hosts: [x] } }\n",
    "compose.yaml:1:42 services.a.extra_hosts[0] COMPOSE_BAD_VALUE `x` has no address (write host=address)",
  ],
  [
    "services: { a: { image: x, pull_policy: foo } }\n",
    "compose.yaml:1:41 services.a.pull_policy COMPOSE_BAD_VALUE `services.a.pull_policy`: `foo` is not always, never, build, missing, daily, weekly or every_<duration>",
  ],
  [
    "services: { a: { image: x, cpu_percent: 101 } }\n",
    "compose.yaml:1:41 services.a.cpu_percent COMPOSE_BAD_VALUE `services.a.cpu_percent`: 101 is more than 100",
  ],
  [
    "services: { a: { image: x, mem_reservation: 1.5 } }\n",
    "compose.yaml:1:45 services.a.mem_reservation COMPOSE_BAD_VALUE `services.a.mem_reservation`: 1.5 is not a whole number of bytes",
  ],
  [
    "services: { a: { image: x, tty: maybe } }\n",
    "compose.yaml:1:33 services.a.tty COMPOSE_BAD_VALUE `services.a.tty`: `maybe` is neither true nor false",
  ],
  [
    "services: { a: { image: x, volumes: [{ target: /x }] } }\n",
    "compose.yaml:1:38 services.a.volumes[0] COMPOSE_MISSING_FIELD `services.a.volumes[0]` has no `type`, which a volume needs",
  ],
  [
    "services: { a: { image: x, environment: ['A =1'] } }\n",
    "compose.yaml:1:42 services.a.environment COMPOSE_BAD_VALUE the variable's name `A ` ends in a blank (write NAME=value without blanks around the equals sign)",
  ],
  [
    "services: { a: { image: x, secrets: [s] } }\nsecrets: { s: {} }\n",
    "compose.yaml:2:15 secrets.s COMPOSE_MISSING_FIELD `secrets.s` doesn't say where it comes from (give it one of `file`, `environment`, or external: true)",
  ],
  [
    "services: { a: { image: x } }\nconfigs: { c: { file: a, content: b } }\n",
    "compose.yaml:2:15 configs.c COMPOSE_CONFLICT `configs.c` has `file` and `content` (keep one of `file`, `environment`, `content`)",
  ],
  [
    "services: { a: { image: x } }\nvolumes: { v: { external: true, driver: d } }\n",
    "compose.yaml:2:41 volumes.v.driver COMPOSE_CONFLICT `volumes.v` is external and cannot have `driver` (leave one of the two out)",
  ],
  [
    "services: { a: { image: x, network_mode: host, networks: [n] } }\nnetworks: { n: }\n",
    "compose.yaml:1:42 services.a.network_mode COMPOSE_CONFLICT service `a`: `network_mode` and `networks` exclude each other (keep one of the two)",
  ],
  [
    "services: { a: { image: x, healthcheck: { test: [curl] } } }\n",
    "compose.yaml:1:50 services.a.healthcheck.test COMPOSE_BAD_VALUE a healthcheck's test starts with CMD, CMD-SHELL or NONE, not `curl`",
  ],
  [
    "services: { a: { image: x, scale: 2, container_name: one } }\n",
    "compose.yaml:1:54 services.a.container_name COMPOSE_CONFLICT service `a`: several containers cannot share one `container_name` (leave the name out)",
  ],
  [
    "services: { a: { image: x, scale: 2, deploy: { replicas: 3 } } }\n",
    "compose.yaml:1:35 services.a.scale COMPOSE_CONFLICT service `a`: `scale` and `deploy.replicas` say different things (keep one of the two)",
  ],
  [
    "services: { a: { image: x, container_name: same }, b: { image: x, container_name: same } }\n",
    "compose.yaml:1:83 services.b.container_name COMPOSE_CONFLICT services `a` and `b` have the same container name",
  ],
  [
    "services: { a: { build: { dockerfile: x, dockerfile_inline: y } } }\n",
    "compose.yaml:1:25 services.a.build COMPOSE_CONFLICT service `a`: `dockerfile` and `dockerfile_inline` exclude each other (keep one of the two)",
  ],
  [
    "services: { a: { image: x, volumes: [/a, { type: volume, target: /a/ }] } }\n",
    "compose.yaml:1:42 services.a.volumes[1] COMPOSE_CONFLICT `/a` is mounted twice in service `a` (the other one is volumes[0])",
  ],
  [
    "services: { a: { image: x, develop: { watch: [{ path: ., action: sync }] } } }\n",
    "compose.yaml:1:47 services.a.develop.watch[0] COMPOSE_MISSING_FIELD action `sync` needs a `target` (say where in the container the files go)",
  ],
  [
    "services: { a: { image: x, gpus: [{ count: 1, device_ids: [x] }] } }\n",
    "compose.yaml:1:35 services.a.gpus[0] COMPOSE_CONFLICT `services.a.gpus[0]` has both `count` and `device_ids` (leave one of the two out)",
  ],
  [
    "services: { a: { image: x, depends_on: [b] }, b: { image: x, links: [a] } }\n",
    "compose.yaml:1:41 services.a.depends_on.b COMPOSE_DEPENDENCY_CYCLE services depend on each other: a → b → a (one of them has to start without the others)",
  ],
  [
    "services: { a: { image: x, depends_on: [b] }, b: { image: x, profiles: [p] } }\n",
    "compose.yaml:1:41 services.a.depends_on.b COMPOSE_UNDEFINED_REFERENCE service `a` depends on `b`, which is left out because none of its profiles is active (activate one of its profiles, or set required: false)",
  ],
  [
    "services: { aa: { extends: bb }, bb: { extends: aa } }\n",
    "compose.yaml:1:28 services.aa.extends COMPOSE_EXTENDS_CYCLE services extend each other: aa → bb → aa",
  ],
  [
    "services: { web: { extends: bsae }, base: { image: x } }\n",
    "compose.yaml:1:29 services.web.extends COMPOSE_UNDEFINED_REFERENCE service `web` extends `bsae`, which is not in that file (did you mean `base`?)",
  ],
  [
    "services: { a: { extends: { service: b, file: 'https://x/y.yaml' } } }\n",
    "compose.yaml:1:47 services.a.extends.file COMPOSE_UNSUPPORTED `https://x/y.yaml` is not fetched: only files here can be extended",
  ],
  [
    "include: ['oci://x/y']\nservices: { a: { image: x } }\n",
    "compose.yaml:1:11 include[0] COMPOSE_UNSUPPORTED `oci://x/y` is not fetched: only files here can be included",
  ],
  [
    "services: { a: { image: x, env_file: a.env } }\n",
    "compose.yaml:1:38 services.a.env_file[0] COMPOSE_UNSUPPORTED env file a.env cannot be read without a host (use `load` with a `host`)",
  ],
  [
    "services: { a: [b\n",
    "compose.yaml:2:1 - COMPOSE_SYNTAX not valid YAML: unexpected end of the stream within a flow collection (look at the indentation, and for quotes and brackets that are not closed)",
  ],
])("%j", async (text, expected) => {
  expect(await problems(text)).toEqual([expected]);
});

test("a file that cannot be parsed makes no problems in the others", async () => {
  const told = await problems(["services: { a: [b\n", "services: { a: { depends_on: [gone], foo: 1 } }\n"]);
  expect(told.map((one) => one.split(" ")[2])).toEqual(["COMPOSE_SYNTAX", "COMPOSE_UNKNOWN_FIELD"]);
});

test("files that a project refers to: missing ones are told where they are asked for", async () => {
  const text = `include: [part.yaml]
services:
  a: { image: x, env_file: [no.env, { path: may.env, required: false }], label_file: no.labels }
  b: { extends: { file: other/base.yaml, service: base } }
`;
  const host = memoryHost({ "/p/other/base.yaml": "services: { base: { image: y, env_file: missing.env } }" });
  expect(await problems(text, { host })).toEqual([
    "compose.yaml:1:11 include[0] COMPOSE_FILE_NOT_FOUND included file part.yaml does not exist",
    "compose.yaml:3:29 services.a.env_file[0] COMPOSE_FILE_NOT_FOUND env file no.env does not exist",
    "compose.yaml:3:86 services.a.label_file[0] COMPOSE_FILE_NOT_FOUND label file no.labels does not exist",
    "other/base.yaml:1:41 services.b.env_file[0] COMPOSE_FILE_NOT_FOUND env file other/missing.env does not exist",
  ]);
});

test("problems of included, extended and env files have their own names and places; each file is read once", async () => {
  const host = memoryHost({
    "/p/part/a.yaml": "services:\n  part:\n    image: x\n    prots: []\n",
    "/p/base.yaml": "services:\n  base: { image: 3 }\n",
    "/p/bad.env": "OK=1\nB AD=2\nC='open\n",
    "/p/.env": "GOOD=1\nBA@D=1\n",
  });
  const text = `include: [part/a.yaml]
services:
  a: { extends: { file: base.yaml, service: base }, env_file: bad.env }
  b: { extends: { file: base.yaml, service: base } }
`;
  expect(await problems(text, { host })).toEqual([
    ".env:2:1 - COMPOSE_BAD_ENV_FILE `@` cannot be in the name of a variable (`BA@D`)",
    "part/a.yaml:4:5 services.part.prots COMPOSE_UNKNOWN_FIELD unknown field `prots` in `services.part` (did you mean `ports`?)",
    'base.yaml:2:18 services.a.image COMPOSE_WRONG_TYPE `services.a.image` is a number (3), expected a string (put it in quotes: "3")',
    'base.yaml:2:18 services.b.image COMPOSE_WRONG_TYPE `services.b.image` is a number (3), expected a string (put it in quotes: "3")',
    "bad.env:2:1 - COMPOSE_BAD_ENV_FILE ` ` cannot be in the name of a variable (`B AD`)",
    "bad.env:3:3 - COMPOSE_BAD_ENV_FILE the quote is not closed: 'open",
  ]);
  expect(host.reads.toSorted()).toEqual(["/p/.env", "/p/bad.env", "/p/base.yaml", "/p/part/.env", "/p/part/a.yaml"]);
});

test("files that include each other", async () => {
  const host = memoryHost({
    "/p/a.yaml": "include: [b.yaml]\nservices: { a: { image: x } }\n",
    "/p/b.yaml": "include: [a.yaml]\nservices: { b: { image: x } }\n",
  });
  expect(await problems("include: [a.yaml]\nservices: {}\n", { host })).toEqual([
    "b.yaml:1:11 include[0] COMPOSE_INCLUDE_CYCLE files include each other: a.yaml → b.yaml → a.yaml",
  ]);
});

test("services of several files that extend each other", async () => {
  const host = memoryHost({
    "/p/b.yaml": "services: { b: { extends: { file: c.yaml, service: c } } }\n",
    "/p/c.yaml": "services: { c: { extends: { file: b.yaml, service: b } } }\n",
  });
  const told = await problems("services: { a: { extends: { file: b.yaml, service: b } } }\n", { host });
  expect(told).toEqual([expect.stringContaining("COMPOSE_EXTENDS_CYCLE services extend each other: b → c → b")]);
});

test("what is included must not be there otherwise; a file that is included beside it changes it", async () => {
  const host = memoryHost({
    "/p/part/a.yaml": "services: { part: { image: x, labels: { a: 1 } } }\n",
    "/p/change.yaml": "services: { part: { labels: { b: 2 } } }\n",
  });
  const both = "include: [part/a.yaml]\nservices:\n  part: { image: y }\n";
  expect(await problems(both, { host })).toEqual([
    "compose.yaml:3:3 services.part COMPOSE_CONFLICT `services.part` is also in an included file, and not the same (change it in a file that is included beside it, as in `path: [included.yaml, change.yaml]`)",
  ]);
  const { project } = await loadText("include: [{ path: [part/a.yaml, change.yaml] }]\n", { host });
  expect(project.services["part"]).toMatchObject({ image: "x", labels: { a: "1", b: "2" } });
});

test("remote files come through the host, or are refused", async () => {
  const host: ComposeHost = {
    ...memoryHost({ "/cache/x/compose.yaml": "services: { far: { image: x, build: ./b } }\n" }),
    resolve: async (reference) => (reference === "oci://x" ? "/cache/x/compose.yaml" : undefined),
  };
  const { project } = await loadText("include: [oci://x]\n", { host });
  expect(project.services["far"]?.build?.context).toBe("/cache/x/b");
  expect(await problems("include: [oci://y]\n", { host })).toEqual([expect.stringContaining("COMPOSE_UNSUPPORTED")]);
});

test("files by name, the usual names, or a text", async () => {
  const files: Record<string, string> = {
    "/p/compose.yml": "services: { a: { image: x } }\n",
    "/p/compose.override.yml": "services: { a: { tty: true } }\n",
  };
  const host: ComposeHost = { ...memoryHost(files), list: async () => ["z", "compose.override.yml", "compose.yml"] };
  const found = await load({ directory: "/p", host });
  expect(found.project.services["a"]).toMatchObject({ image: "x", tty: true });
  const named = await load({ directory: "/p", host, files: ["compose.yml"] });
  expect(named.project.services["a"]?.tty).toBeUndefined();
  await expect(load({ directory: "/p", host, files: ["no.yml"] })).rejects.toMatchObject({
    code: "COMPOSE_FILE_NOT_FOUND",
  });
  const given = await load({ text: "services: { a: { image: y } }", projectName: "n" });
  expect(given.project.services["a"]?.image).toBe("y");
  expect(given.locate(["services", "a", "image"])).toMatchObject({ start: { line: 1, column: 18 } });
});

test("closing brackets may stand right below their key; places stay those of the text", async () => {
  const text = "services:\n  a:\n    image: x\n    command: [\n      a,\n    ]\n    ports: [\n'x',\n]\n";
  expect(await problems(text)).toEqual([expect.stringMatching(/^compose\.yaml:8:1 services\.a\.ports\[0\]/)]);
  const { project } = await loadText(text.replace("'x'", "80"));
  expect(project.services["a"]).toMatchObject({ command: ["a"], ports: [{ target: 80 }] });
});

test("warnings don't fail, and have their places", async () => {
  const { warnings, project } = await loadText(
    `version: "3"\nservices:\n  a: { image: "x$NO", command: a && b, volumes: ["v:/x", "/a:/b:huh"] }\n`,
  );
  expect(project.services["a"]?.command).toEqual(["a"]);
  expect(warnings.map((warning) => [warning.severity, line(warning)])).toEqual([
    ["warning", "compose.yaml:1:1 version COMPOSE_UNKNOWN_FIELD `version` is obsolete and has no effect (remove it)"],
    [
      "warning",
      "compose.yaml:3:17 services.a.image COMPOSE_UNSET_VARIABLE variable NO is not set: an empty string takes its place",
    ],
    [
      "warning",
      'compose.yaml:3:32 services.a.command COMPOSE_BAD_VALUE `&& b` is not part of the command: there is no shell that would read it (write ["sh", "-c", "..."], or put it in quotes)',
    ],
    [
      "warning",
      "compose.yaml:3:50 services.a.volumes[0] COMPOSE_BAD_VALUE `v:` is read as a drive (a volume's name needs at least two characters here; use the long form for a shorter one)",
    ],
    [
      "warning",
      "compose.yaml:3:58 services.a.volumes[1] COMPOSE_BAD_VALUE option `huh` of volume `/a:/b:huh` has no effect",
    ],
  ]);
});

test("services that wait for a profile are left out, not lost", async () => {
  const text = "services: { a: { image: x }, b: { image: y, profiles: [p], env_file: never.env } }\n";
  const { project, disabled } = await loadText(text);
  expect(Object.keys(project.services)).toEqual(["a"]);
  expect(disabled["b"]).toMatchObject({ name: "b", image: "y", profiles: ["p"] });
  const all = await loadText(text.replace(", env_file: never.env", ""), { profiles: ["*"] });
  expect(Object.keys(all.project.services)).toEqual(["a", "b"]);
});

test("without a folder paths stay relative, and the name must be given", async () => {
  const files = [{ name: "c.yaml", text: "services: { a: { build: ./x/, volumes: [../y:/y] } }\n" }];
  const { project } = await load({ files, projectName: "n" });
  expect(project.services["a"]).toMatchObject({ build: { context: "x" }, volumes: [{ source: "../y" }] });
  await expect(load({ files })).rejects.toMatchObject({ code: "COMPOSE_PROJECT_NAME" });
});

test("without files", async () => {
  await expect(load({ files: [], projectName: "p" })).rejects.toMatchObject({ code: "COMPOSE_EMPTY" });
});

test("a host that fails fails the load; an abort ends it", async () => {
  const failing: ComposeHost = { readFile: () => Promise.reject(new Error("disk")) };
  await expect(loadText("services: { a: { image: x } }", { host: failing })).rejects.toThrow("disk");
  const controller = new AbortController();
  const reason = new Error("enough");
  const host: ComposeHost = {
    readFile: () => {
      controller.abort(reason);
      return Promise.resolve(undefined);
    },
  };
  await expect(loadText("services: { a: { image: x } }", { host, signal: controller.signal })).rejects.toBe(reason);
});

test("however many files are wanted, few are read at once", async () => {
  let [open, most] = [0, 0];
  const readFile = async (path: string): Promise<string | undefined> => {
    most = Math.max(most, ++open);
    await new Promise((resolve) => setImmediate(resolve));
    open--;
    return path.endsWith(".env") ? "A=1\n" : undefined;
  };
  const services = Array.from({ length: 300 }, (_, i) => `  s${i}: { image: x, env_file: e${i}.env }\n`);
  const { project } = await load({ text: `services:\n${services.join("")}`, directory: "/p", host: { readFile } });
  expect(project.services["s299"]?.environment).toEqual({ A: "1" });
  expect(most).toBeLessThan(50);
});
