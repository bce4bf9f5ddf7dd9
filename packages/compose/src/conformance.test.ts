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

  test.each(cases.map((one, index) => [one.name, one, goldens[index]!] as const))("%s", async (_, one, golden) => {
    if (one.differs) {
      const ours = await load(loadOptions(one)).then(
        ({ project }) => toJson(project),
        () => undefined,
      );
      expect(ours).not.toEqual(golden.project);
    } else if (golden.rejected === undefined) {
      const { project } = await load(loadOptions(one));
      expect(toJson(project)).toEqual(golden.project);
    } else {
      await expect(load(loadOptions(one)), golden.rejected).rejects.toBeInstanceOf(ComposeError);
    }
  });
});
