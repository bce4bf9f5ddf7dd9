import { readFileSync } from "node:fs";
import { normalize, type Service } from "@slipway/compose";
import { expect, test } from "vitest";
import { configHash } from "./config-hash.ts";

const folder = new URL("../cases/config-hash/", import.meta.url);
const { services } = normalize(readFileSync(new URL("compose.yaml", folder), "utf8"));
/** What `docker compose config --hash '*'` says. */
const hashes = JSON.parse(readFileSync(new URL("expected.json", folder), "utf8")) as Record<string, string>;

test.each(Object.entries(hashes))("%s hashes as docker compose does", (name, hash) => {
  const service = services[name];
  expect(service && configHash(service)).toBe(hash);
});

test("the hash does not depend on the order of fields, nor on what does not change a container", () => {
  const a = { name: "web", image: "x", labels: { b: "1", a: "2" }, command: null };
  const b = {
    command: null,
    build: { context: "." },
    depends_on: {},
    labels: { a: "2", b: "1" },
    image: "x",
    name: "web",
  };
  expect(configHash(a as unknown as Service)).toBe(configHash(b as unknown as Service));
});

test("the hash differs when a value does", () => {
  const [x, y] = ["x", "y"].map((image) => configHash({ name: "web", image } as unknown as Service));
  expect(x).not.toBe(y);
});
