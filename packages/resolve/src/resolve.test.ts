import { packEntries, readEntries } from "@slipway/context";
import { expect, test } from "vitest";
import { resolveBundle } from "./resolve-bundle.ts";
import { resolveDockerfile } from "./resolve-dockerfile.ts";

const target = { architecture: "aarch64", deviceType: "raspberrypi4-64" };

function bundle(files: Record<string, string>): Parameters<typeof resolveDockerfile>[0] {
  return { read: async (path) => files[path], names: async () => Object.keys(files) };
}

test.each([
  [["Dockerfile", "Dockerfile.template", "Dockerfile.aarch64", "Dockerfile.raspberrypi4-64"], "Dockerfile.raspberrypi4-64"],
  [["Dockerfile", "Dockerfile.template", "Dockerfile.aarch64"], "Dockerfile.aarch64"],
  [["Dockerfile", "Dockerfile.template", "Dockerfile.amd64"], "Dockerfile.template"],
  [["Dockerfile"], "Dockerfile"],
])("of %j, %s wins", async (names, expected) => {
  const files = Object.fromEntries(names.map((name) => [name, `FROM ${name}`]));
  expect((await resolveDockerfile(bundle(files), target)).path).toBe(expected);
});

test.each([
  [["build/D", "build/D.template"], "build/D.template"],
  [["build/D", "Dockerfile.template"], "build/D"],
  [["build/D.aarch64", "build/D"], "build/D.aarch64"],
])("with a path given, of %j %s wins", async (names, expected) => {
  const files = Object.fromEntries(names.map((name) => [name, "FROM x"]));
  expect((await resolveDockerfile(bundle(files), { ...target, dockerfilePath: "build/D" })).path).toBe(expected);
});

test("templates are filled in, plain Dockerfiles are not; an unknown variable is told with its place", async () => {
  const text = "FROM x-%%BALENA_ARCH%%-%%RESIN_MACHINE_NAME%%-%%MINE%%";
  const filled = await resolveDockerfile(bundle({ "Dockerfile.aarch64": text }), { ...target, variables: { MINE: "1" } });
  expect(filled).toMatchObject({ dockerfile: "FROM x-aarch64-raspberrypi4-64-1", resolver: "Architecture-specific Dockerfile" });
  expect((await resolveDockerfile(bundle({ Dockerfile: text }), target)).dockerfile).toBe(text);
  await expect(resolveDockerfile(bundle({ "Dockerfile.template": text }), target)).rejects.toMatchObject({
    code: "DOCKERFILE_UNKNOWN_VARIABLE",
    range: { file: "Dockerfile.template", start: { line: 1, column: 47 } },
  });
});

test("no Dockerfile: what was looked for, and what is there", async () => {
  await expect(resolveDockerfile(bundle({ dockerfile: "", "a.js": "" }), target)).rejects.toMatchObject({
    code: "RESOLVE_NO_DOCKERFILE",
    message: expect.stringContaining("looked for Dockerfile, Dockerfile.template, Dockerfile.aarch64"),
    hint: "did you mean `dockerfile`?",
  });
  await expect(resolveDockerfile(bundle({ "a.js": "" }), target)).rejects.toMatchObject({ hint: "the folder has a.js" });
});

async function unpack(stream: Parameters<typeof readEntries>[0]): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for await (const { header, body } of readEntries(stream)) {
    let text = "";
    for await (const chunk of body) text += String(chunk);
    files[header.name] = text;
  }
  return files;
}

async function* entries(files: Record<string, string>): AsyncGenerator<{ header: { name: string; type: "file" }; body: string }> {
  for (const [name, body] of Object.entries(files)) yield { header: { name, type: "file" }, body };
}

test("a bundle comes out with its Dockerfile, and no file of it is lost", async () => {
  const files = { Dockerfile: "FROM plain", "Dockerfile.template": "FROM %%BALENA_ARCH%%", "a/b": "x" };
  const resolved = await resolveBundle(packEntries(entries(files)), target);
  expect(resolved.dockerfilePath).toBe("Dockerfile.resolved");
  expect(await unpack(resolved.stream)).toEqual({ ...files, "Dockerfile.resolved": "FROM aarch64" });
});

test("a hook may give another text", async () => {
  const resolved = await resolveBundle(packEntries(entries({ "Dockerfile.template": "FROM a" })), {
    ...target,
    hook: ({ dockerfile }) => `${dockerfile}\nRUN hooked`,
  });
  expect((await unpack(resolved.stream))["Dockerfile"]).toBe("FROM a\nRUN hooked");
});
