import { expect, test } from "vitest";
import { normalize } from "./index.ts";
import { startOrder } from "./start-order.ts";

const project = (needs: Record<string, string[]>): ReturnType<typeof normalize> =>
  normalize({
    services: Object.fromEntries(Object.entries(needs).map(([name, depends_on]) => [name, { image: "x", depends_on }])),
  });

test("waves, dependencies first", () => {
  expect(startOrder(project({ web: ["api", "cache"], api: ["db"], db: [], cache: [] }))).toEqual([
    ["db", "cache"],
    ["api"],
    ["web"],
  ]);
});

test("only what is wanted, with what it needs", () => {
  expect(startOrder(project({ web: ["db"], db: [], other: [] }), ["web"])).toEqual([["db"], ["web"]]);
});

test("a circle is an error with its path", () => {
  expect(() => startOrder(project({ a: ["b"], b: ["c"], c: ["b"] }))).toThrow("b → c → b");
});

test("a chain of a thousand services does not overflow", () => {
  const needs = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`s${i}`, i === 0 ? [] : [`s${i - 1}`]]));
  expect(startOrder(project(needs))).toHaveLength(1_000);
});
