import { expect, test } from "vitest";
import type { Project } from "./model/project.ts";
import { normalize } from "./normalize.ts";
import { startOrder } from "./start-order.ts";

function project(needs: Record<string, string[]>): Project {
  const services = Object.entries(needs).map(([name, depends_on]) => [name, { image: "x", depends_on }] as const);
  return normalize({ services: Object.fromEntries(services) });
}

const shop = project({ web: ["api"], api: ["db", "cache"], db: [], cache: ["db"], tool: [] });

test("waves, dependencies first", () => {
  expect(startOrder(shop)).toEqual([["db", "tool"], ["cache"], ["api"], ["web"]]);
  expect(startOrder(project({}))).toEqual([]);
});

test("some services with what they need", () => {
  expect(startOrder(shop, ["cache"])).toEqual([["db"], ["cache"]]);
  expect(startOrder(shop, ["tool", "db"])).toEqual([["db", "tool"]]);
  expect(startOrder(shop, [])).toEqual([]);
});

test("dependencies that are not part of the project are passed over", () => {
  const { db: _, ...rest } = shop.services;
  expect(startOrder({ ...shop, services: rest })).toEqual([["cache", "tool"], ["api"], ["web"]]);
});

test("a cycle has its path; an unknown service a suggestion", () => {
  const cyclic = structuredClone(shop);
  cyclic.services["db"]!.depends_on = { api: { condition: "service_started", required: true } };
  expect(() => startOrder(cyclic)).toThrow(
    expect.objectContaining({
      code: "COMPOSE_DEPENDENCY_CYCLE",
      message: "services depend on each other: api → db → api",
    }) as Error,
  );
  expect(() => startOrder(shop, ["cahce"])).toThrow(
    expect.objectContaining({ code: "COMPOSE_UNDEFINED_REFERENCE", hint: "did you mean `cache`?" }) as Error,
  );
});
