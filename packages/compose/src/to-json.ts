import { setOwn } from "./decode/set-own.ts";
import type { Project } from "./model/project.ts";
import { serviceToJson } from "./service-to-json.ts";
import { withoutOwnFields } from "./without-own-fields.ts";
import { withoutUnused } from "./without-unused.ts";

/**
 * The project as `docker compose config --format json` prints it: without resources that no service uses, and with
 * dollar signs doubled so that it can be loaded again.
 */
export function toJson(project: Project): Record<string, unknown> {
  const services: Record<string, unknown> = {};
  for (const service of Object.values(project.services)) {
    setOwn(services, service.name, printed(serviceToJson(service)));
  }
  const { name, services: _, networks, volumes, secrets, configs, models: __, ...extensions } = withoutUnused(project);
  const beside = {
    networks: resources(printedNetworks(networks)),
    volumes: resources(volumes),
    secrets: resources(secrets),
    configs: resources(configs),
    ...(emptyListsAsNull(extensions) as object),
  };
  return { name: doubled(name), services, ...(printed(beside) as object) };
}

/** Undefined where there are none. */
function resources(given: Readonly<Record<string, object>>): Record<string, object> | undefined {
  const entries = Object.entries(given).map(([key, resource]) => [key, withoutOwnFields(resource)] as const);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** A copy as JSON has it: without undefined fields, and with dollar signs doubled. */
function printed(value: unknown): unknown {
  if (typeof value === "string") return doubled(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(printed);
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const one = (value as Readonly<Record<string, unknown>>)[key];
    if (one !== undefined) setOwn(result, doubled(key), printed(one));
  }
  return result;
}

function doubled(text: string): string {
  return text.includes("$") ? text.replaceAll("$", "$$$$") : text;
}

/** The reference implementation prints an empty list of the user's own as null. */
function emptyListsAsNull(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? null : value.map(emptyListsAsNull);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, emptyListsAsNull(one)]));
}

/** Every network is printed with its ipam, of which the options are left out. */
function printedNetworks(networks: Project["networks"]): Record<string, object> {
  return Object.fromEntries(
    Object.entries(networks).map(([key, network]) => {
      const { driver, config } = network.ipam ?? {};
      return [key, { ...network, ipam: { driver, config } }];
    }),
  );
}
