import type { Project } from "./model/project.ts";
import { writeYaml } from "./write-yaml.ts";

/**
 * The project as a compose file in its long form, in the project's order. Dollar signs are doubled, so that loading it
 * gives the same project again.
 */
export function toYaml(project: Project): string {
  const { services, networks, volumes, secrets, configs, ...rest } = project;
  const document: Record<string, unknown> = {
    ...rest,
    services: Object.fromEntries(
      Object.entries(services).map(([key, { name: _, ...service }]) => [key, withoutEmpty(service)]),
    ),
    ...withoutEmpty({ networks, volumes, secrets, configs }),
  };
  return writeYaml(escaped(document) as Record<string, unknown>);
}

/** Fields that were made up because nothing was said are left out. */
function withoutEmpty(fields: object): Record<string, unknown> {
  const madeUp = ["environment", "ports", "volumes", "networks", "depends_on", "labels", "secrets", "configs"];
  return Object.fromEntries(
    Object.entries(fields).filter(([key, value]) => value !== undefined && !(madeUp.includes(key) && isEmpty(value))),
  );
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

/** The value with the dollar signs of its strings doubled. */
function escaped(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll("$", "$$$$");
  if (Array.isArray(value)) return value.map(escaped);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, escaped(one)]));
}
