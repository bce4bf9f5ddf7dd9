import { expect, test } from "vitest";
import type { ComposeError } from "../compose-error.ts";
import { parseDocuments } from "../parse/parse-documents.ts";
import type { Node } from "../parse/node.ts";
import { plainValue } from "../parse/plain-value.ts";
import { SourceText } from "../parse/source-text.ts";
import { ProblemList } from "../problem-list.ts";
import { enforceUnicity } from "./enforce-unicity.ts";
import { merge } from "./merge.ts";

function node(text: string): Node {
  return parseDocuments(new SourceText(text, "f"), new ProblemList())[0]!.root;
}

/** The service made of two. */
function merged(base: string, over: string): unknown {
  const problems = new ProblemList();
  const result = merge(node(`services: {a: {${base}}}`), node(`services: {a: {${over}}}`), problems);
  problems.throwIfAny();
  return (plainValue(enforceUnicity(result)) as { services: { a: unknown } }).services.a;
}

test.each<[string, string, object]>([
  ["image: x, user: u", "image: y", { image: "y", user: "u" }],
  ["image: x", "image: ", { image: "x" }],
  ["cap_add: [A, B]", "cap_add: [B, C]", { cap_add: ["A", "B", "C"] }],
  ["command: [a, b]", "command: c", { command: "c" }],
  ["command: [a]", "command: ", { command: null }],
  ["entrypoint: a", "entrypoint: [b]", { entrypoint: ["b"] }],
  ["healthcheck: {test: [CMD, a], retries: 1}", "healthcheck: {test: b}", { healthcheck: { test: "b", retries: 1 } }],
  ["environment: {A: 1, B: }", "environment: [A=2, C]", { environment: ["A=2", "B", "C"] }],
  ["labels: [a]", "labels: {a: 1}", { labels: ["a=1"] }],
  ["dns: 1.1.1.1", "dns: [2.2.2.2, 1.1.1.1]", { dns: ["1.1.1.1", "2.2.2.2"] }],
  ["extra_hosts: {a: [1, 2]}", "extra_hosts: [a=2, b=3]", { extra_hosts: ["a=1", "a=2", "b=3"] }],
  ["build: .", "build: {args: [A=1]}", { build: { context: ".", args: ["A=1"] } }],
  ["build: {context: x, target: t}", "build: y", { build: { context: "y", target: "t" } }],
  [
    "depends_on: [b]",
    "depends_on: {b: {condition: service_healthy}, c: {condition: x}}",
    {
      depends_on: { b: { condition: "service_healthy", required: true }, c: { condition: "x" } },
    },
  ],
  ["networks: [n]", "networks: {n: {aliases: [x]}, m: }", { networks: { n: { aliases: ["x"] }, m: null } }],
  ["networks: {n: {aliases: [x]}}", "networks: [n]", { networks: { n: { aliases: ["x"] } } }],
  [
    "logging: {driver: a, options: {x: 1}}",
    "logging: {driver: b, options: {y: 1}}",
    {
      logging: { driver: "b", options: { y: 1 } },
    },
  ],
  [
    "logging: {driver: a, options: {x: 1}}",
    "logging: {options: {y: 1}}",
    {
      logging: { driver: "a", options: { x: 1, y: 1 } },
    },
  ],
  [
    "ulimits: {a: 1, b: {soft: 1, hard: 2}}",
    "ulimits: {a: {soft: 3, hard: 4}, b: {hard: 9}}",
    {
      ulimits: { a: { soft: 3, hard: 4 }, b: { hard: 9 } },
    },
  ],
  ['ports: [80, "1:2"]', 'ports: [81, "1:2"]', { ports: [80, "1:2", 81] }],
  [
    "volumes: [./a:/x, /y]",
    "volumes: [{type: bind, source: b, target: /x}, /z]",
    {
      volumes: [{ type: "bind", source: "b", target: "/x" }, "/y", "/z"],
    },
  ],
  [
    "secrets: [s]",
    "secrets: [{source: s, target: /run/secrets/s, uid: x}]",
    {
      secrets: [{ source: "s", target: "/run/secrets/s", uid: "x" }],
    },
  ],
  ["configs: [c]", "configs: [{source: d, target: /c}]", { configs: [{ source: "d", target: "/c" }] }],
  ["devices: [/dev/a:/dev/x]", "devices: [/dev/b:/dev/x:r]", { devices: ["/dev/b:/dev/x:r"] }],
  ["env_file: a.env", "env_file: [b.env, a.env]", { env_file: ["a.env", "b.env"] }],
])("%s + %s", (base, over, expected) => {
  expect(merged(base, over)).toEqual(expected);
});

test("address pools go by their subnets", () => {
  const problems = new ProblemList();
  const text = (config: string): Node => node(`networks: {n: {ipam: {config: [${config}]}}}`);
  const result = merge(
    text("{subnet: a, gateway: g}, {subnet: b}"),
    text("{subnet: a, ip_range: r}, {subnet: c}"),
    problems,
  );
  expect(plainValue(result)).toEqual({
    networks: {
      n: { ipam: { config: [{ subnet: "a", gateway: "g", ip_range: "r" }, { subnet: "b" }, { subnet: "c" }] } },
    },
  });
});

test("what doesn't go together is told, at the place of the later one", () => {
  expect.assertions(1);
  try {
    merged("ports: [80], healthcheck: {retries: 1}", "ports: 80, healthcheck: [x]");
  } catch (error) {
    expect(
      (error as ComposeError).problems.map(({ message, range, hint }) => [message, range?.start.column, hint]),
    ).toEqual([
      [
        "services.a.ports is a number (80), which cannot go over a list",
        23,
        "write it in the same form in both places",
      ],
      [
        "services.a.healthcheck is a list, which cannot go over a mapping",
        40,
        "write it in the same form in both places",
      ],
    ]);
  }
});

test("neither of the two is changed", () => {
  const [base, over] = [node("services: {a: {labels: {x: 1}}}"), node("services: {a: {labels: {y: 1}}}")];
  const before = JSON.stringify([plainValue(base), plainValue(over)]);
  merge(base, over, new ProblemList());
  expect(JSON.stringify([plainValue(base), plainValue(over)])).toBe(before);
});
