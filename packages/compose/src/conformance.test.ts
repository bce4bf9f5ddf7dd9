import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import { caseAreas, loadOptions, readCases, readGoldens } from "../test/compose-cases.mjs";
import { ComposeError } from "./compose-error.ts";
import { load } from "./load.ts";
import { toJson } from "./to-json.ts";

describe.each(await caseAreas())("as docker-compose: %s", async (area) => {
  const [cases, goldens] = await Promise.all([readCases(area), readGoldens(area)]);

  test("each case has its golden", () => {
    expect(goldens.map(({ name }) => name)).toEqual(cases.map(({ name }) => name));
  });

  // Case by case, vitest would take many times as long as what is tested.
  test("all of them", async () => {
    const wrong: string[] = [];
    for (const [index, one] of cases.entries()) {
      const golden = goldens[index]!;
      const ours = await load(loadOptions(one)).then(
        ({ project }) => toJson(project),
        (error: unknown) => (error instanceof ComposeError ? undefined : error),
      );
      const same = isDeepStrictEqual(ours, golden.project);
      // Which parts of it, only of the first one.
      if (!same && !one.differs && wrong.length === 0) expect(ours, one.name).toEqual(golden.project);
      if (same === one.differs) wrong.push(one.name);
    }
    expect(wrong).toEqual([]);
  }, 120_000);
});
