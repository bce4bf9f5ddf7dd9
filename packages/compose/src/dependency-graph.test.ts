import { expect, test } from "vitest";
import { dependencyGraph, toMermaid } from "./dependency-graph.ts";
import { load } from "./load.ts";
import { normalize } from "./normalize.ts";

test("edges of depends_on, of what is implied, and of contexts of other services", () => {
  const project = normalize(`services:
  a: { build: { context: ., additional_contexts: { base: "service:b" } }, depends_on: { c: { condition: service_healthy, required: false } } }
  b: { build: . }
  c: { image: x, links: ["b:bb"] }
`);
  const graph = dependencyGraph(project);
  expect(graph.services).toEqual(["a", "b", "c"]);
  expect(graph.edges).toEqual([
    { from: "a", to: "c", condition: "service_healthy", required: false },
    { from: "a", to: "b", condition: "build", required: true },
    { from: "c", to: "b", condition: "service_started", required: true },
  ]);
  expect(toMermaid(graph)).toBe(`flowchart LR
  s0["a"]
  s1["b"]
  s2["c"]
  s0 -.->|healthy| s2
  s0 -->|build| s1
  s2 --> s1
`);
});

test("services that wait for a profile are not in it", async () => {
  const text =
    "services: { a: { image: x, depends_on: { b: { condition: service_started, required: false } } }, b: { image: x, profiles: [p] } }";
  const { project } = await load({ text, projectName: "p" });
  expect(dependencyGraph(project)).toEqual({ services: ["a"], edges: [] });
});

test("a cycle is told with its path", () => {
  expect(() =>
    normalize(
      "services: { a: { image: x, depends_on: [b] }, b: { image: x, links: [c] }, c: { image: x, pid: 'service:a' } }",
    ),
  ).toThrow("services depend on each other: a → b → c → a");
});
