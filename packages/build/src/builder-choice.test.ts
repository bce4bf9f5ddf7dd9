import { expect, test } from "vitest";
import { chooseBuilder } from "./builder-choice.ts";

const docker = { buildkit: true, kind: "docker", version: "20.10.24" };
const balena = { buildkit: false, kind: "balenaEngine", version: "20.10.43" };
const registryAuth = { "registry.example": { username: "u", password: "p" } };

test.each([
  [{}, docker, "buildkit", "docker 20.10.24 has BuildKit"],
  [{ builder: "auto" }, balena, "classic", "balenaEngine 20.10.43 has no BuildKit"],
  [{ registryAuth }, docker, "classic", "credentials were given, which only the classic builder takes with a build"],
  [{ registryAuth: {} }, docker, "buildkit", "docker 20.10.24 has BuildKit"],
  [{ builder: "classic" }, docker, "classic", "the classic builder was asked for"],
  [{ builder: "buildkit" }, docker, "buildkit", "BuildKit was asked for"],
] as const)("%o on %o: %s", (options, engine, builder, reason) => {
  expect(chooseBuilder(options, engine)).toEqual({ builder, reason });
});

test("BuildKit that the engine lacks, or that cannot take credentials, is an error rather than another builder", () => {
  expect(() => chooseBuilder({ builder: "buildkit" }, balena)).toThrow(
    expect.objectContaining({ code: "BUILD_NEEDS_BUILDKIT" }),
  );
  expect(() => chooseBuilder({ builder: "buildkit", registryAuth }, docker)).toThrow(
    expect.objectContaining({ code: "BUILD_BAD_OPTION" }),
  );
});
