import type { Project } from "../model/project.ts";
import type { Service } from "../model/service.ts";
import { fieldOf, type Mapping, type Node } from "../parse/node.ts";
import { plainValue } from "../parse/plain-value.ts";
import { projectShape } from "../schema/project-shape.ts";
import { serviceShape } from "../schema/service-shape.ts";
import { decode, decodeFields } from "./decode.ts";
import { setOwn } from "./set-own.ts";

/** The project that a normalised document stands for, with these services. */
export function decodeProject(root: Mapping, name: string, services: Record<string, Service>): Project {
  const project = {
    name,
    services,
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

/** The services that a mapping holds; those that are known are not decoded again. */
export function decodeServices(node: Mapping, known: ReadonlyMap<string, Service>): Record<string, Service> {
  const services: Record<string, Service> = {};
  node.entries.forEach(({ value }, key) => setOwn(services, key, known.get(key) ?? decodeService(key, value)));
  return services;
}

function section(root: Mapping, key: string): Record<string, unknown> {
  const node: Node | undefined = fieldOf(root, key);
  const shape = projectShape.fields[key];
  return node && shape ? (decode(node, shape) as Record<string, unknown>) : {};
}

/** One service. */
export function decodeService(name: string, node: Node): Service {
  const service = { name } as Record<string, unknown>;
  if (node.kind === "mapping") decodeFields(node, serviceShape, service);
  service["environment"] ??= {};
  service["ports"] ??= [];
  service["volumes"] ??= [];
  service["networks"] ??= {};
  service["depends_on"] ??= {};
  service["labels"] ??= {};
  return service as unknown as Service;
}
