import { expect, test } from "vitest";
import { defaultComposition } from "./default-composition.ts";
import { normalize } from "./normalize.ts";
import { toJson } from "./to-json.ts";
import { toYaml } from "./to-yaml.ts";

test("text and object give the same, and the object is left as it is", () => {
  const object = { services: { web: { image: "x", ports: ["80:80"], environment: { A: 1, B: null } } } };
  const before = structuredClone(object);
  expect(normalize(object)).toEqual(normalize(JSON.stringify(object)));
  expect(object).toEqual(before);
  expect(normalize(object).services["web"]).toMatchObject({
    ports: [{ target: 80, published: "80" }],
    environment: { A: "1", B: null },
    networks: { default: null },
  });
});

test("the name: its own, the one given, `default`", () => {
  const services = { a: { image: "x" } };
  expect(normalize({ name: "own", services }, { projectName: "given" }).name).toBe("own");
  expect(normalize({ services }, { projectName: "given" }).name).toBe("given");
  expect(normalize({ services }).networks["default"]?.name).toBe("default_default");
});

test("paths stay relative", () => {
  const project = normalize("services: { a: { build: { context: ./x/../y }, volumes: [./z:/z] } }");
  expect(project.services["a"]).toMatchObject({ build: { context: "y" }, volumes: [{ source: "z" }] });
});

test("services are kept whatever their profiles", () => {
  expect(Object.keys(normalize("services: { a: { image: x, profiles: [p] } }").services)).toEqual(["a"]);
});

test("a variable that nobody gives is an error, since nobody would hear a warning", () => {
  const text = "services: { a: { image: 'x:$TAG' } }";
  expect(() => normalize(text)).toThrow("compose.yaml:1:28: variable TAG is not set");
  expect(normalize(text, { environment: { TAG: "1" } }).services["a"]?.image).toBe("x:1");
  expect(normalize(text.replace("$TAG", "${TAG:-2}")).services["a"]?.image).toBe("x:2");
});

test.each([
  ["include: [x.yaml]\nservices: {}", "included file x.yaml cannot be read without a host"],
  ["services: { a: { extends: { file: x.yaml, service: b } } }", "file x.yaml cannot be read without a host"],
  ["services: { a: { image: x, env_file: [{ path: x.env, required: false }] } }", "env file x.env cannot be read"],
])("%j needs files", (text, message) => {
  expect(() => normalize(text)).toThrow(message);
});

test("problems of an object have paths", () => {
  expect(() => normalize({ services: { web: { imgae: "x" } } })).toThrow(
    expect.objectContaining({
      code: "COMPOSE_UNKNOWN_FIELD",
      problems: [expect.objectContaining({ path: "services.web.imgae", hint: "did you mean `image`?" })],
    }) as Error,
  );
  expect(() => normalize("")).toThrow("the composition is empty");
  expect(() => normalize({ web: { image: "x" } })).toThrow(
    expect.objectContaining({ code: "COMPOSE_VERSION_1" }) as Error,
  );
});

test("the default composition", () => {
  const { services, volumes } = normalize(defaultComposition());
  expect(volumes).toEqual({ "resin-data": { name: "default_resin-data" } });
  expect(services["main"]).toEqual({
    name: "main",
    build: { context: ".", dockerfile: "Dockerfile" },
    privileged: true,
    tty: true,
    restart: "always",
    network_mode: "host",
    networks: {},
    volumes: [{ type: "volume", source: "resin-data", target: "/data", volume: {} }],
    labels: {
      "io.balena.features.kernel-modules": "1",
      "io.balena.features.firmware": "1",
      "io.balena.features.dbus": "1",
      "io.balena.features.supervisor-api": "1",
      "io.balena.features.resin-api": "1",
    },
    environment: {},
    ports: [],
    depends_on: {},
  });
  expect(normalize(defaultComposition("busybox")).services["main"]).toMatchObject({ image: "busybox" });
  expect(normalize(defaultComposition("busybox")).services["main"]?.build).toBeUndefined();
  expect(normalize(defaultComposition(undefined, "D")).services["main"]?.build?.dockerfile).toBe("D");
});

test("fields of one's own stay in services, builds, deployments and resources, in YAML too, and out of the JSON", () => {
  const text = `x-top: 1
services:
  web:
    x-service: { deep: [1, "$$a"] }
    build: { context: ., x-build: 1 }
    deploy: { x-deploy: 1 }
    labels: { x-label: kept }
    volumes: ["data:/d"]
networks: { default: { x-network: 1 } }
volumes: { data: { x-volume: ~ } }
secrets: { s: { file: f, x-secret: 1 } }
configs: { c: { file: f, x-config: 1 } }
`;
  const project = normalize(text);
  expect(project.services["web"]).toMatchObject({
    "x-service": { deep: [1, "$a"] },
    build: { "x-build": 1 },
    deploy: { "x-deploy": 1 },
  });
  expect(project).toMatchObject({
    networks: { default: { "x-network": 1 } },
    volumes: { data: { "x-volume": null } },
    secrets: { s: { "x-secret": 1 } },
    configs: { c: { "x-config": 1 } },
  });
  expect(normalize(toYaml(project))).toEqual(project);
  expect(JSON.stringify(toJson(project)).match(/"x-[a-z]+"/g)).toEqual(['"x-label"', '"x-top"']);
});

test.each([1, -1])(
  "a chain of 10,000 services, each extending its neighbour (%i)",
  (step) => {
    const count = 10_000;
    const lines = Array.from({ length: count }, (_, i) => {
      const next = i + step;
      return `  s${i}: { image: i${i}${next >= 0 && next < count ? `, extends: s${next}` : ", cap_add: [A]"} }`;
    });
    const { services } = normalize(`services:\n${lines.slice(0, count).join("\n")}\n`);
    expect(Object.keys(services)).toHaveLength(count);
    expect(services[step > 0 ? "s0" : `s${count - 1}`]?.cap_add).toEqual(["A"]);
  },
  30_000,
);

test("services that extend each other in a ring are told once, whoever comes first", () => {
  const ring = "services: { c: { extends: a }, a: { extends: b }, b: { extends: c }, x: { extends: a } }\n";
  expect(() => normalize(ring)).toThrow("services extend each other: a → b → c → a");
});
