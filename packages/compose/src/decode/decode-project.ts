import type { Project } from "../model/project.ts";
import type { Service } from "../model/service.ts";
import { fieldOf, fieldsOf, type Mapping, type Node } from "../parse/node.ts";
import { plainValue } from "../parse/plain-value.ts";
import { projectShape } from "../schema/project-shape.ts";
import { serviceShape } from "../schema/service-shape.ts";
import { decode } from "./decode.ts";

/** The project that a normalised document stands for. */
export function decodeProject(root: Mapping, name: string): Project {
  const project = {
    name,
    services: Object.fromEntries(
      fieldsOf(fieldOf(root, "services")).map(([key, { value }]) => [key, decodeService(key, value)]),
    ),
    networks: section(root, "networks"),
    volumes: section(root, "volumes"),
    secrets: section(root, "secrets"),
    configs: section(root, "configs"),
    ...(root.entries.has("models") ? { models: section(root, "models") } : {}),
  } as unknown as Project;
  for (const [key, { value }] of root.entries) {
    if (key.startsWith("x-")) project[key as `x-${string}`] = plainValue(value);
  }
  return project;
}

function section(root: Mapping, key: string): Record<string, unknown> {
  const node: Node | undefined = fieldOf(root, key);
  const shape = projectShape.fields[key];
  return node && shape ? (decode(node, shape) as Record<string, unknown>) : {};
}

function decodeService(name: string, node: Node): Service {
  const decoded = decode(node, serviceShape) as Partial<Service>;
  return {
    name,
    ...decoded,
    environment: decoded.environment ?? {},
    ports: decoded.ports ?? [],
    volumes: decoded.volumes ?? [],
    networks: decoded.networks ?? {},
    depends_on: decoded.depends_on ?? {},
    labels: decoded.labels ?? {},
  };
}
