import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import {
  digestOf,
  hasReferenceData,
  referenceCases,
  referenceDigests,
  referenceOptions,
} from "../test/reference-data.mjs";
import { ComposeError } from "./compose-error.ts";
import { load } from "./load.ts";
import { nodeHost } from "./node-host.ts";
import { toJson } from "./to-json.ts";

const digests = JSON.parse(await readFile(referenceDigests, "utf8")) as Record<string, string>;
const cases = hasReferenceData ? await referenceCases() : [];

test("each case has its digest, or the data is not beside this project and nothing is compared", () => {
  const names = Object.keys(digests);
  expect(hasReferenceData ? cases.map(({ name }) => name) : names).toEqual(names);
});

test.each(cases.map((one) => [one.name, one] as const))("%s", async (name, one) => {
  const loaded = load({ ...referenceOptions(one), host: nodeHost() });
  if (digests[name] === "rejected") await expect(loaded).rejects.toBeInstanceOf(ComposeError);
  else expect(digestOf(toJson((await loaded).project))).toBe(digests[name]);
});
