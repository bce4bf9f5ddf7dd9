import { expect, test } from "vitest";
import { checkRegistrySecrets, parseRegistrySecrets, registryCredentials } from "./registry-secrets.ts";

const own = { username: "u", password: "p" };

test.each([
  ["alpine", "https://index.docker.io/v1/", "docker.io"],
  ["library/alpine:3", "docker.io", "docker.io"],
  ["x:5000/y@sha256:" + "a".repeat(64), "x:5000", "x:5000"],
  ["ghcr.io/a/b:c", "https://ghcr.io", "ghcr.io"],
])("the credentials of %s are those given for %s", (image, address, registry) => {
  const secrets = checkRegistrySecrets({ [address]: own, "other.io": { username: "o", password: "o" } });
  expect(registryCredentials(image, secrets)).toEqual({ registry, ...own });
});

test("an image of another registry gets none", () => {
  expect(registryCredentials("quay.io/a", checkRegistrySecrets({ "ghcr.io": own }))).toBeUndefined();
  expect(registryCredentials("alpine", {})).toBeUndefined();
});

test("what is none is told of, all of it and no value", () => {
  const text = "a.io: {username: u}\nb.io: {username: u, password: p, mail: m}\n'': hidden\n";
  expect(() => parseRegistrySecrets(text, "r.yml")).toThrow(
    [
      "r.yml: `a.io` does not have both `username` and `password` as text",
      "r.yml: `b.io` has the unknown field `mail`",
      "r.yml: `` is no registry",
    ].join("\n"),
  );
  expect(() => checkRegistrySecrets([])).toThrow("it is not a map from registry to credentials");
});
