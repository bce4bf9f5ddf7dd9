import { describe, expect, test } from "vitest";
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

/** What docker-compose prints in a way that it doesn't read: docs/compose-differences.md. */
const unreadable = [
  /blkio_config: .*(?:device_read|device_write|weight_device)/,
  /ulimits: .*(?:nofile: 0|soft: 0)/,
  /models:/,
  /required: false.*profiles/,
  /environment: \{\$V/,
  /(?:build|context|dockerfile|target|name|mode|protocol|content|network_mode): (?:''|\$V|\$UNSET)/,
  /devices: \[':?/,
  /mem_limit: (?:-|9{9})/,
  /published: 80.*80:80|80:80.*published: 80/,
  /extra_hosts: \['a=1'\] ;; extra_hosts: \['a:1'\]|group_add: \[1\]/,
];

describe.each(await caseAreas())("what is printed loads again: %s", async (area) => {
  const [cases, goldens] = await Promise.all([readCases(area), readGoldens(area)]);
  const accepted = cases.filter((one, index) => goldens[index]!.rejected === undefined && !one.differs);

  test.each(accepted.map((one) => [one.name, one] as const))("%s", async (name, one) => {
    const options = loadOptions(one);
    const { project } = await load(options);
    const yaml = toYaml(project);
    const again = await load({ text: yaml, profiles: ["*"] });
    expect(again.project).toEqual(sayable(project));
    expect(keysOf(again.project)).toEqual(keysOf(project));
    expect(toYaml(again.project)).toBe(yaml);
    if (unreadable.some((pattern) => pattern.test(name))) return;
    const json = toJson(project);
    const fromJson = await load({ text: JSON.stringify(json), profiles: ["*"] });
    expect(toJson(fromJson.project)).toEqual(json);
  });
});

function keysOf({ services, networks, volumes }: Project): string[][] {
  return [services, networks, volumes].map((section) => Object.keys(section));
}
