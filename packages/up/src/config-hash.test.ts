import { readFileSync } from "node:fs";
import type { Service } from "@slipway/compose";
import { expect, test } from "vitest";
import { configHash } from "./config-hash.ts";

/** Services as `docker compose config --format json` gives them, and what `docker compose config --hash` says of them. */
const services = read<Record<string, Service>>("input.json");
const hashes = read<Record<string, string>>("expected.json");

function read<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../cases/config-hash/${name}`, import.meta.url), "utf8")) as T;
}

test.each(Object.entries(hashes))("%s hashes as docker compose does", (name, hash) => {
  expect(configHash({ ...services[name], name } as Service)).toBe(hash);
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
