import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";
import { caseAreas, loadOptions, readCases, readGoldens } from "../test/compose-cases.mjs";
import { load } from "./load.ts";
import type { Project } from "./model/project.ts";
import { toJson } from "./to-json.ts";
import { toYaml } from "./to-yaml.ts";

/** The project without optional dependencies on services that are not in it: no file can say them. */
function sayable(project: Project): Project {
  const services = structuredClone(project.services);
  for (const service of Object.values(services)) {
    for (const [name, { required }] of Object.entries(service.depends_on)) {
      if (!required && !(name in services)) delete service.depends_on[name];
    }
  }
  return { ...project, services };
}

async function reloaded(text: string): Promise<Project | string> {
  return load({ text, profiles: ["*"] }).then(
    ({ project }) => project,
    (error: unknown) => String(error),
  );
}

// Case by case, vitest would take many times as long as what is tested.
test.each(await caseAreas())(
  "what is printed loads again: %s",
  async (area) => {
    const [cases, goldens] = await Promise.all([readCases(area), readGoldens(area)]);
    const accepted = cases.filter((one, index) => goldens[index]!.rejected === undefined && !one.differs);
    const different: string[] = [];
    let odd = 0;
    for (const one of accepted) {
      const { project } = await load(loadOptions(one));
      const yaml = toYaml(project);
      const again = await reloaded(yaml);
      const same = typeof again !== "string" && isDeepStrictEqual(plain(again), plain(sayable(project)));
      if (!same || toYaml(again) !== yaml || !isDeepStrictEqual(keysOf(again), keysOf(project)))
        different.push(one.name);
      const json = toJson(project);
      const fromJson = await reloaded(JSON.stringify(json));
      if (typeof fromJson === "string" || !isDeepStrictEqual(toJson(fromJson), json)) odd++;
    }
    expect(different).toEqual([]);
    // What docker-compose itself prints and doesn't read: docs/compose-differences.md.
    expect(odd).toBeLessThanOrEqual(Math.max(3, accepted.length / 4));
  },
  120_000,
);

function plain(project: Project): unknown {
  return JSON.parse(JSON.stringify(project));
}

function keysOf({ services, networks, volumes }: Project): string[][] {
  return [services, networks, volumes].map((section) => Object.keys(section));
}
