import { expect, test } from "vitest";
import { parseContract } from "./contract.ts";

test("a contract has a name, a type and a slug", () => {
  const contract = { name: "n", type: "sw.container", slug: "s", requires: [] };
  expect(parseContract(JSON.stringify(contract), "contract.yml")).toEqual(contract);
});

test.each([
  ["- a", "contract.yml: a contract is a map, and this is none"],
  ["a: b", "contract.yml: the contract has no `name`\ncontract.yml: the contract has no `type`"],
  ["{name: n, slug: s, type: sw.os}", 'the contract\'s type is "sw.os"'],
  ["a: [", "contract.yml is not valid YAML: "],
])("refused: %s", (text, message) => {
  expect(() => parseContract(text, "contract.yml")).toThrow(message);
});
