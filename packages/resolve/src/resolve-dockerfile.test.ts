import { isSlipwayError, type SlipwayError } from "@slipway/errors";
import { expect, test } from "vitest";
import type { Bundle } from "./bundle.ts";
import { type BundleEntry, entriesBundle } from "./entries-bundle.ts";
import { fileResolver } from "./file-resolver.ts";
import { resolveDockerfile, type ResolveOptions } from "./resolve-dockerfile.ts";
import type { Resolver } from "./resolver.ts";

const target = { architecture: "aarch64", deviceType: "raspberrypi4-64" };

function bundle(files: Record<string, string | { link: string } | { hardLink: string }>): Bundle {
  const entries = Object.entries(files).map(([name, value]): BundleEntry => {
    if (typeof value === "string")
      return { name, type: "file", header: {}, content: { open: () => Buffer.from(value) } };
    if ("link" in value) return { name, type: "symlink", header: { linkname: value.link } };
    return { name, type: "link", header: { linkname: value.hardLink } };
  });
  return entriesBundle({
    get: (path) => entries.find(({ name }) => name === path),
    [Symbol.iterator]: () => entries.values(),
  });
}

const named = (...names: string[]): Bundle => bundle(Object.fromEntries(names.map((name) => [name, `FROM ${name}`])));

async function failure(files: Bundle, options: ResolveOptions = target): Promise<SlipwayError> {
  try {
    await resolveDockerfile(files, options);
  } catch (error) {
    if (isSlipwayError(error)) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

test.each([
  [
    ["Dockerfile", "Dockerfile.template", "Dockerfile.aarch64", "Dockerfile.raspberrypi4-64"],
    "Dockerfile.raspberrypi4-64",
  ],
  [["Dockerfile", "Dockerfile.template", "Dockerfile.aarch64"], "Dockerfile.aarch64"],
  [["Dockerfile", "Dockerfile.template", "Dockerfile.amd64"], "Dockerfile.template"],
  [["Dockerfile", "sub/Dockerfile.template"], "Dockerfile"],
])("of %j, %s wins", async (names, expected) => {
  expect(await resolveDockerfile(named(...names), target)).toMatchObject({ path: expected });
});

test.each([
  ["build/D", ["build/D", "build/D.template"], "build/D.template"],
  ["build/D", ["build/D", "Dockerfile.template", "Dockerfile"], "build/D"],
  ["build/D", ["build/D.aarch64", "build/D"], "build/D.aarch64"],
  ["./build//D", ["build/D"], "build/D"],
  ["x.template", ["x.template", "x", "Dockerfile"], "x.template"],
  ["x.template", ["x.template.aarch64", "x.template"], "x.template.aarch64"],
  ["x.aarch64", ["x.aarch64", "x.aarch64.template"], "x.aarch64"],
  ["x.amd64", ["x.amd64", "x"], "x.amd64"],
])("with %s given, of %j %s wins", async (dockerfilePath, names, expected) => {
  expect(await resolveDockerfile(named(...names), { ...target, dockerfilePath })).toMatchObject({ path: expected });
});

test("templates and architecture-specific files are filled in, plain ones are not", async () => {
  const text = "FROM %%BALENA_ARCH%%-%%RESIN_ARCH%%-%%BALENA_MACHINE_NAME%%-%%RESIN_MACHINE_NAME%%-%%MINE%%";
  const options = { ...target, variables: { MINE: "1" } };
  const filled = "FROM aarch64-aarch64-raspberrypi4-64-raspberrypi4-64-1";
  expect(await resolveDockerfile(bundle({ "Dockerfile.aarch64": text }), options)).toEqual({
    resolver: "Architecture-specific Dockerfile",
    path: "Dockerfile.aarch64",
    dockerfilePath: "Dockerfile",
    dockerfile: filled,
    changed: true,
  });
  expect(await resolveDockerfile(bundle({ "Dockerfile.template": text }), options)).toMatchObject({
    resolver: "Dockerfile.template",
    dockerfile: filled,
  });
  expect(await resolveDockerfile(bundle({ Dockerfile: text }), options)).toEqual({
    resolver: "Standard Dockerfile",
    path: "Dockerfile",
    dockerfilePath: "Dockerfile",
    dockerfile: text,
    changed: false,
  });
});

test("every unknown variable of a template is told, with its place", async () => {
  const text = "FROM %%BALENA_ARCH%%\nRUN %%ONE%%\nRUN %%ONE%% %%TWO%%\n";
  const error = await failure(bundle({ "Dockerfile.template": text }), { ...target, directory: "services/web/" });
  expect(error).toMatchObject({
    code: "DOCKERFILE_UNKNOWN_VARIABLE",
    range: { file: "services/web/Dockerfile.template", start: { line: 2, column: 5 } },
  });
  expect(error.problems.map(({ range }) => [range?.start.line, range?.start.column])).toEqual([
    [2, 5],
    [3, 5],
    [3, 13],
  ]);
});

test.each([
  [{ "Dockerfile.template": "%%BALENA_ARCH%%" }, undefined, "Dockerfile"],
  [{ "Dockerfile.template": "%%BALENA_ARCH%%", Dockerfile: "" }, undefined, "Dockerfile.resolved"],
  [
    { "Dockerfile.template": "%%BALENA_ARCH%%", Dockerfile: "", "Dockerfile.resolved": "" },
    undefined,
    "Dockerfile.resolved-2",
  ],
  [{ "Dockerfile.aarch64": "FROM nothing-to-fill-in" }, undefined, "Dockerfile.aarch64"],
  [{ "a/b.template": "%%BALENA_ARCH%%" }, "a/b.template", "a/b"],
  [{ "a/b.template": "%%BALENA_ARCH%%" }, "a/b", "a/b"],
  [{ "a/b.aarch64": "%%BALENA_ARCH%%", "a/b": "" }, "a/b.aarch64", "a/b.resolved"],
])("the Dockerfile of %j, with the path %s, is put at %s", async (files, dockerfilePath, expected) => {
  expect(await resolveDockerfile(bundle(files), { ...target, dockerfilePath })).toMatchObject({
    dockerfilePath: expected,
  });
});

test("no Dockerfile: what was looked for, what is there, what may have been meant", async () => {
  const error = await failure(bundle({ dockerfile: "FROM x", "a.js": "", "lib/b.js": "" }));
  expect(error).toMatchObject({
    code: "RESOLVE_NO_DOCKERFILE",
    message:
      "no Dockerfile in the build context: looked for `Dockerfile.raspberrypi4-64`, `Dockerfile.aarch64`, `Dockerfile.template`, `Dockerfile`; it has `dockerfile`, `a.js`",
    hint: "did you mean `dockerfile`? Rename it to `Dockerfile`, or give its path",
  });
  expect(await failure(bundle({ "docker/Dockerfile": "FROM x" }), { directory: "web" })).toMatchObject({
    message:
      "no Dockerfile in the build context web: looked for `Dockerfile.template`, `Dockerfile`; it has files in folders only, such as `docker/Dockerfile`",
    hint: "there is `docker/Dockerfile`: give it as the Dockerfile's path, or its folder as the context",
  });
  expect(await failure(bundle({}))).toMatchObject({ message: expect.stringContaining("the context has no files") });
  expect(await failure(named("a/Dockerfile.prod"), { dockerfilePath: "a/Dockerfile.prd" })).toMatchObject({
    message: expect.stringContaining("no Dockerfile `a/Dockerfile.prd`"),
    hint: expect.stringContaining("did you mean `a/Dockerfile.prod`?"),
  });
});

test.each(["/etc/Dockerfile", "../Dockerfile", "a/../../b", ""])("the path %j is refused", async (dockerfilePath) => {
  expect(await failure(named("Dockerfile"), { dockerfilePath })).toMatchObject({ code: "RESOLVE_BAD_PATH" });
});

test("links are followed within the bundle", async () => {
  const files = {
    Dockerfile: { link: "docker/prod" },
    "docker/prod": { link: "../d" },
    d: { hardLink: "real" },
    real: "FROM r",
  };
  expect(await resolveDockerfile(bundle(files), target)).toMatchObject({
    path: "Dockerfile",
    dockerfilePath: "Dockerfile",
    dockerfile: "FROM r",
    changed: false,
  });
  expect(await resolveDockerfile(bundle({ Dockerfile: { link: "/real" }, real: "FROM r" }))).toMatchObject({
    dockerfile: "FROM r",
  });
  for (const link of ["nowhere", "Dockerfile", "../../etc/passwd"]) {
    expect(await failure(bundle({ Dockerfile: { link } }))).toMatchObject({ code: "RESOLVE_BAD_PATH" });
  }
});

test("a hook learns of resolver and path, and may give another text", async () => {
  const seen: unknown[] = [];
  const resolved = await resolveDockerfile(bundle({ Dockerfile: "FROM a" }), {
    hooks: {
      resolved: (found) => seen.push(found),
      dockerfile: (text, found) => `${text} # ${found.path}`,
    },
  });
  expect(seen).toEqual([{ resolver: "Standard Dockerfile", path: "Dockerfile" }]);
  expect(resolved).toMatchObject({ dockerfilePath: "Dockerfile", dockerfile: "FROM a # Dockerfile", changed: true });
});

test("resolvers of one's own go by their priority and may need several files", async () => {
  const node: Resolver = {
    name: "Node.js",
    priority: 15,
    needs: () => ["package.json", ".node-version"],
    resolve: (files) => {
      const manifest = files.get("package.json");
      if (manifest === undefined) return undefined;
      return { path: "package.json", dockerfile: `FROM node:${files.get(".node-version") ?? "20"}` };
    },
  };
  const plain = fileResolver({ name: "plain", priority: 10, template: false, needs: () => ["Dockerfile"] });
  const files = { "package.json": "{}", ".node-version": "22", Dockerfile: "FROM a" };
  expect(await resolveDockerfile(bundle(files), { resolvers: [plain, node] })).toEqual({
    resolver: "Node.js",
    path: "package.json",
    dockerfile: "FROM node:22",
    dockerfilePath: "Dockerfile.resolved",
    changed: true,
  });
  expect(await resolveDockerfile(bundle({ Dockerfile: "FROM a" }), { resolvers: [plain, node] })).toMatchObject({
    resolver: "plain",
  });
});

test("a resolver that names a file which is not there is told of", async () => {
  const odd: Resolver = {
    name: "odd",
    priority: 1,
    needs: () => [],
    resolve: () => ({ path: "x", dockerfile: "" }),
  };
  expect(await failure(bundle({}), { resolvers: [odd] })).toMatchObject({ code: "RESOLVE_BAD_RESOLVER" });
});
