import { inspect } from "node:util";
import { expect, test } from "vitest";
import { readBuildMetadata } from "./read-build-metadata.ts";

const metadata = (files: Readonly<Record<string, string>>, folder = ".balena"): ReturnType<typeof readBuildMetadata> =>
  readBuildMetadata(
    new Map(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, Buffer.from(text)] as const)),
  );

test.each([
  ["balena.yml", ".balena"],
  ["balena.yaml", ".resin"],
  ["resin.yml", ".resin"],
])("variables and secrets of %s in %s, a service's own before those for all", (name, folder) => {
  const config = `
build-variables:
  global: [A=1, B=x=y]
  services: {web: {A: 2, C: true, D: null}}
build-secrets:
  global: [{source: all.txt, dest: key}]
  services:
    web: [{source: web/own, dest: /run/secrets/key}, {source: all.txt, dest: deep/er}]
`;
  const read = metadata({ [name]: config, "secrets/all.txt": "for all", "secrets/web/own": "own" }, folder);
  expect(read.variablesOf("api")).toEqual({ A: "1", B: "x=y" });
  expect(read.variablesOf("web")).toEqual({ A: "2", B: "x=y", C: "true", D: "" });
  const secrets = (service: string): string[][] =>
    read.secretsOf(service).map(({ dest, content }) => [dest, content.toString()]);
  expect(secrets("api")).toEqual([["key", "for all"]]);
  expect(secrets("web")).toEqual([
    ["key", "own"],
    ["deep/er", "for all"],
  ]);
  expect(inspect(read, { depth: 9, showHidden: true }) + JSON.stringify(read)).not.toMatch(/for all|own/);
});

test("every mistake at once, each with what is expected", () => {
  const config = {
    "build-variables": { globl: {}, services: { web: ["A"], api: { X: [] } } },
    "build-secrets": { global: [{ source: "gone", dest: "a" }, { source: "s" }, { source: "s", dest: "../x" }] },
  };
  const problems = (() => {
    try {
      metadata({
        "balena.json": JSON.stringify(config),
        "balena.yml": "",
        "secrets/s": "",
        "registry-secrets.yml": "[",
      });
      return [];
    } catch (error) {
      return (error as { problems: { message: string }[] }).problems.map(({ message }) => message);
    }
  })();
  expect(problems).toEqual([
    "there are `.balena/balena.yml` and `.balena/balena.json`",
    expect.stringContaining(".balena/registry-secrets.yml is not valid YAML"),
  ]);
  expect(() => metadata({ "balena.json": JSON.stringify(config), "secrets/s": "" })).toThrow(
    [
      ".balena/balena.json: `build-variables` has the unknown field `globl`",
      ".balena/balena.json: `build-variables.services.web[0]` is not of the form NAME=value",
      ".balena/balena.json: `build-variables.services.api.X` is neither text nor a number",
      ".balena/balena.json: `build-secrets.global[0]` names the secret `gone`, and there is no file `.balena/secrets/gone`",
      ".balena/balena.json: `build-secrets.global[1]` does not have both `source` and `dest`",
      '.balena/balena.json: `build-secrets.global[2].dest` is no path below /run/secrets: "../x"',
    ].join("\n"),
  );
});

test("what would be passed over: a field that is all but known, and a second secret in one place", () => {
  const config = {
    "bild-variables": { global: ["A=1"] },
    "x-of-others": 1,
    "build-secrets": {
      global: [
        { source: "s", dest: "k" },
        { source: "s", dest: "/run/secrets/k" },
      ],
    },
  };
  expect(() => metadata({ "balena.json": JSON.stringify(config), "secrets/s": "" })).toThrow(
    [
      ".balena/balena.json: there is no field `bild-variables`",
      '.balena/balena.json: `build-secrets.global[1]` has the place "k" of `build-secrets.global[0]`',
    ].join("\n"),
  );
});

test.each([
  ['{"a":}', 1, 6],
  ['{\n  "a": 1,\n}', 3, 1],
  ['{"a": "b" "c"}', 1, 11],
  ['{"a": {"b": 1}', 1, 15],
  ["[1, 2] x", 1, 8],
  ["{'a': 1}", 1, 2],
])("%j is no JSON at %i:%i", (text, line, column) => {
  expect(() => metadata({ "balena.json": text })).toThrow(
    expect.objectContaining({ range: expect.objectContaining({ start: expect.objectContaining({ line, column }) }) }),
  );
});

test("a text that is damaged is told of by its place, without quoting what may be secret", () => {
  for (const [name, text, place] of [
    ["registry-secrets.json", '{\n "r": {"username": "u", "password": "hush"\n', undefined],
    ["registry-secrets.yml", 'r:\n  password: "hush\n', 3],
    ["registry-secrets.yaml", "r:\n  password: hush\n password: hush\n", 3],
  ] as const) {
    try {
      metadata({ [name]: text });
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: "MULTIBUILD_BAD_METADATA", range: { file: `.balena/${name}` } });
      if (place !== undefined) expect(error).toMatchObject({ range: { start: { line: place } } });
      expect(inspect(error, { depth: 9 })).not.toContain("hush");
    }
  }
});
