import type { Project } from "./model/project.ts";
import { reloadableService } from "./reloadable-service.ts";
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
      Object.entries(services).map(([key, service]) => [key, reloadableService(service, services)]),
    ),
  };
  const configured = Object.entries(configs).map(([key, config]) => [key, originOf(config)] as const);
  const sections = { networks, volumes, secrets, configs: Object.fromEntries(configured) };
  for (const [section, resources] of Object.entries(sections)) {
    const entries = Object.entries(resources).map(([key, resource]) => [key, { name: "", ...resource }] as const);
    if (entries.length > 0) document[section] = Object.fromEntries(entries);
  }
  return writeYaml(escaped(document) as Record<string, unknown>);
}

/** A config without an origin is one whose content is empty. */
function originOf(config: Project["configs"][string]): Project["configs"][string] {
  const { file, environment, content, external } = config;
  return (file ?? environment ?? content ?? external ?? false) ? config : { ...config, content: "" };
}

/** The value with the dollar signs of its strings doubled. */
function escaped(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll("$", "$$$$");
  if (Array.isArray(value)) return value.map(escaped);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, escaped(one)]));
}
