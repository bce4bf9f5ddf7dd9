import { expect, test } from "vitest";
import type { ComposeHost } from "./compose-host.ts";
import { load, type LoadOptions, normalize } from "./index.ts";
import type { Service } from "./model/service.ts";

function web(fields: string): Service {
  const indented = fields.replace(/^(?=.)/gm, "    ");
  const { services } = normalize(`services:\n  web:\n    image: x\n${indented}\nvolumes: {data: {}}\n`);
  return services["web"] as Service;
}

function problemsOf(text: string): { code: string; at: string; hint: string | undefined }[] {
  try {
    normalize(text);
  } catch (error) {
    const { problems } = error as {
      problems: { code: string; hint?: string; range?: { start: { line: number; column: number } } }[];
    };
    return problems.map(({ code, hint, range }) => ({ code, hint, at: `${range?.start.line}:${range?.start.column}` }));
  }
  return [];
}

test("ports: all short forms", () => {
  const { ports } = web(
    'ports:\n- 80\n- "8080:81"\n- "127.0.0.1:53:53/udp"\n- "[::1]:90:90"\n- "3000-3001:4000-4001"\n- "5000-5002:22"\n- "127.0.0.1::82"\n- {target: 83, published: 8083}',
  );
  const common = { mode: "ingress", protocol: "tcp" };
  expect(ports).toEqual([
    { ...common, target: 80 },
    { ...common, target: 81, published: "8080" },
    { ...common, target: 53, published: "53", host_ip: "127.0.0.1", protocol: "udp" },
    { ...common, target: 90, published: "90", host_ip: "::1" },
    { ...common, target: 4000, published: "3000" },
    { ...common, target: 4001, published: "3001" },
    { ...common, target: 22, published: "5000-5002" },
    { ...common, target: 82, host_ip: "127.0.0.1" },
    { ...common, target: 83, published: "8083" },
  ]);
});

test("volumes: all short forms", () => {
  expect(web("volumes: ['/anon', 'data:/d', './src:/s:ro,z', '/abs:/a']").volumes).toEqual([
    { type: "volume", target: "/anon", volume: {} },
    { type: "volume", source: "data", target: "/d", volume: {} },
    { type: "bind", source: "src", target: "/s", read_only: true, bind: { create_host_path: true, selinux: "z" } },
    { type: "bind", source: "/abs", target: "/a", bind: { create_host_path: true } },
  ]);
});

test("commands, environment, labels, healthcheck, extra hosts", () => {
  const service = web(
    "command: echo 'a b' c\nenvironment: [A=1, B=x=y, C]\nlabels: {n: 1, t: true}\nhealthcheck: {test: curl x, interval: 1m30s}\nextra_hosts: ['h:1.2.3.4', 'six=::1']\ntmpfs: /run",
  );
  expect(service).toMatchObject({
    command: ["echo", "a b", "c"],
    environment: { A: "1", B: "x=y", C: null },
    labels: { n: "1", t: "true" },
    healthcheck: { test: ["CMD-SHELL", "curl x"], interval: "1m30s" },
    extra_hosts: ["h=1.2.3.4", "six=::1"],
    tmpfs: ["/run"],
  });
});

test("defaults: the default network only where it is used, and names", () => {
  const project = normalize({
    name: "p",
    services: { a: { image: "x" }, b: { image: "x", network_mode: "host" } },
    volumes: { v: null },
  });
  expect(project.networks).toEqual({ default: { name: "p_default" } });
  expect(project.volumes).toEqual({ v: { name: "p_v" } });
  expect(project.services["b"]?.networks).toEqual({});
  expect(normalize({ services: { b: { image: "x", network_mode: "host" } } }).networks).toEqual({});
});

test("anchors and merge keys", () => {
  const { services } = normalize(
    "x-base: &base\n  image: x\n  environment: {A: 1}\nservices:\n  a:\n    <<: *base\n    environment: {B: 2}\n  b: *base\n",
  );
  expect(services["a"]).toMatchObject({ image: "x", environment: { B: "2" } });
  expect(services["b"]).toMatchObject({ image: "x", environment: { A: "1" } });
});

test("all mistakes at once, each with its place and a hint", () => {
  const text = [
    "services:",
    "  web:",
    "    imgae: x",
    "    build: .",
    "    ports: [abc]",
    "    privileged: maybe",
    "    depends_on: {db: {condition: service_helthy}}",
    "    networks: [frnt]",
    "    volumes: [data:/d]",
    "networks: {front: {}}",
    "servces: {}",
  ].join("\n");
  expect(problemsOf(text)).toEqual([
    { code: "COMPOSE_UNKNOWN_FIELD", at: "3:5", hint: "did you mean `image`?" },
    { code: "COMPOSE_BAD_VALUE", at: "5:13", hint: expect.stringContaining("8080:80") },
    { code: "COMPOSE_BAD_VALUE", at: "6:17", hint: undefined },
    { code: "COMPOSE_UNDEFINED_REFERENCE", at: "7:18", hint: undefined },
    { code: "COMPOSE_BAD_VALUE", at: "7:34", hint: undefined },
    { code: "COMPOSE_UNDEFINED_REFERENCE", at: "8:16", hint: "did you mean `front`?" },
    { code: "COMPOSE_UNDEFINED_REFERENCE", at: "9:15", hint: expect.stringContaining("top-level `volumes:`") },
    { code: "COMPOSE_UNKNOWN_FIELD", at: "11:1", hint: "did you mean `services`?" },
  ]);
});

test.each([
  ["services:\n  a: {image: x}\n  a: {image: y}\n", "COMPOSE_DUPLICATE_KEY", "3:3"],
  ["services:\n  a: [x\n", "COMPOSE_SYNTAX", "3:1"],
  ["web:\n  image: x\n", "COMPOSE_VERSION_1", "1:1"],
  ["", "COMPOSE_EMPTY", "undefined:undefined"],
  ["services: {a: {image: x, extends: {service: b}}}", "COMPOSE_UNDEFINED_REFERENCE", "1:35"],
  ["services: {a: {command: '${A:?set it}', image: x}}", "COMPOSE_UNSET_VARIABLE", "1:26"],
  ["services: {a: {command: '${A', image: x}}", "COMPOSE_BAD_INTERPOLATION", "1:26"],
])("%j is refused as %s", (text, code, at) => {
  expect(problemsOf(text).map((problem) => [problem.code, problem.at])).toContainEqual([code, at]);
});

test("extends, and a reset over an earlier file", async () => {
  const files = [
    {
      name: "a.yaml",
      text: "services: {base: {image: x, ports: ['1:1'], environment: {A: 1}}, a: {extends: base, environment: {B: 2}}}",
    },
    { name: "b.yaml", text: "services: {a: {ports: !reset null}}" },
  ];
  const { project } = await load({ files, projectName: "p" });
  expect(project.services["a"]).toMatchObject({ image: "x", environment: { A: "1", B: "2" } });
});

test("aliases that unfold to millions are refused quickly", () => {
  const lines = ["x-0: &x0 [a, a, a, a, a, a, a, a, a, a]"];
  for (let i = 1; i < 9; i++) {
    lines.push(`x-${i}: &x${i} [${Array.from({ length: 10 }, () => `*x${i - 1}`).join(", ")}]`);
  }
  expect(problemsOf(`${lines.join("\n")}\nservices: {}\n`)[0]?.code).toBe("COMPOSE_TOO_LARGE");
});

test("keys that objects have by nature are keys like others", () => {
  const { services } = normalize("services: {constructor: {image: x}, a: {image: x, labels: {__proto__: y}}}");
  expect(Object.keys(services)).toEqual(["constructor", "a"]);
  expect(({} as { y?: string }).y).toBeUndefined();
});

function host(files: Record<string, string>): ComposeHost {
  return { readFile: async (path) => files[path] };
}

const loaded = (text: string, options: Partial<LoadOptions> = {}): ReturnType<typeof load> =>
  load({ files: [{ name: "compose.yaml", text }], directory: "/srv/My App", ...options });

test("the name, paths, .env and env files", async () => {
  const text = "services: {a: {build: ./a, image: 'x:${TAG}', env_file: [e.env], environment: [OWN, FROM_ENV]}}";
  const { project, warnings } = await loaded(text, {
    host: host({ "/srv/My App/.env": "TAG=dotenv\nFROM_ENV=dot\n", "/srv/My App/e.env": "FILE=1\nFROM_ENV=file\n" }),
    environment: { FROM_ENV: "outside" },
  });
  expect(project.name).toBe("myapp");
  expect(project.services["a"]).toMatchObject({
    image: "x:dotenv",
    build: { context: "/srv/My App/a" },
    environment: { FILE: "1", FROM_ENV: "outside", OWN: null },
  });
  expect(warnings).toEqual([]);
  await expect(loaded(text, { host: host({}) })).rejects.toMatchObject({ code: "COMPOSE_FILE_NOT_FOUND" });
});

test("a later file lies over an earlier one", async () => {
  const files = [
    {
      name: "a.yaml",
      text: "services: {a: {image: x, command: [a], ports: ['1:1'], environment: {A: 1, B: 1}, depends_on: [b]}, b: {image: x}}",
    },
    { name: "b.yaml", text: "services: {a: {command: [b], ports: ['2:2'], environment: [B=2], build: ./x}}" },
  ];
  const { project } = await load({ files, projectName: "p" });
  expect(project.services["a"]).toMatchObject({
    image: "x",
    command: ["b"],
    ports: [{ target: 1 }, { target: 2 }],
    environment: { A: "1", B: "2" },
    build: { context: "x" },
    depends_on: { b: { condition: "service_started", required: true } },
  });
});

test("profiles, and warnings for variables that aren't set", async () => {
  const text = "version: '3'\nservices: {a: {image: 'x${NOPE}'}, dev: {image: x, profiles: [dev]}}";
  const { project, warnings } = await loaded(text);
  expect(Object.keys(project.services)).toEqual(["a"]);
  expect(warnings.map(({ code }) => code)).toEqual(["COMPOSE_UNSET_VARIABLE"]);
  expect(Object.keys((await loaded(text, { profiles: ["dev"] })).project.services)).toEqual(["a", "dev"]);
});
