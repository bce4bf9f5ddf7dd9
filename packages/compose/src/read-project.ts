import { didYouMean, type Problem } from "@slipway/errors";
import type { ComposeErrorCode } from "./compose-error.ts";
import type { ReadFields, ReadService } from "./project.ts";
import { badValue, isNull, mapOf, object, type ReadContext, text } from "./reader.ts";
import { networkFields, volumeFields } from "./resource-fields.ts";
import { refusedServiceFields, serviceFields } from "./service-fields.ts";
import type { MapNode, YamlNode } from "./yaml-node.ts";

const service = object(serviceFields, refusedServiceFields);
const topLevel = ["name", "version", "services", "networks", "volumes"];
const refusedTopLevel = ["include", "secrets", "configs", "models"];

/** A project as its merged document says, in the long forms, before names and paths are settled. */
export function readProject(
  document: YamlNode | undefined,
  problems: Problem<ComposeErrorCode>[],
  warnings: Problem<ComposeErrorCode>[],
): ReadFields & { readonly name: string | undefined } {
  const context: ReadContext = { problems };
  const nothing = { name: undefined, services: {}, networks: {}, volumes: {} };
  if (!document || isNull(document)) {
    problems.push({
      code: "COMPOSE_MISSING_FIELD",
      message: "the compose file is empty",
      hint: "begin with `services:`",
    });
    return nothing;
  }
  if (document.kind !== "map") {
    badValue(document, "the compose file", context, "a map");
    return nothing;
  }
  const { entries } = document;
  const version = entries.get("version");
  if (version) {
    const place = version.keyRange ? { range: version.keyRange } : {};
    const message = "`version` is obsolete and has no meaning any more";
    warnings.push({
      code: "COMPOSE_OBSOLETE_VERSION",
      severity: "warning",
      message,
      hint: "remove it",
      path: "version",
      ...place,
    });
  }
  if (!entries.has("services") && [...entries.values()].some(({ value }) => looksLikeService(value))) {
    problems.push({
      code: "COMPOSE_MISSING_FIELD",
      message: "this is a compose file of version 1: its services are at the top",
      hint: "put all of them below a line `services:`, indented",
      ...(document.range ? { range: document.range } : {}),
    });
    return nothing;
  }
  checkTopLevel(document, problems);
  const field = <T>(name: string, read: (node: YamlNode) => T | undefined): T | undefined => {
    const entry = entries.get(name);
    return entry && !isNull(entry.value) ? read(entry.value) : undefined;
  };
  const services = field("services", (node) => mapOf(service)(node, "services", context)) ?? {};
  return {
    name: field("name", (node) => text(node, "name", context)),
    services: Object.fromEntries(
      Object.entries(services).map(([name, fields]) => [name, { name, ...fields } satisfies ReadService]),
    ),
    networks: field("networks", (node) => mapOf(object(networkFields))(node, "networks", context)) ?? {},
    volumes: field("volumes", (node) => mapOf(object(volumeFields))(node, "volumes", context)) ?? {},
  };
}

function checkTopLevel({ entries }: MapNode, problems: Problem<ComposeErrorCode>[]): void {
  for (const [key, { keyRange }] of entries) {
    if (topLevel.includes(key) || key.startsWith("x-")) continue;
    const place = { path: key, ...(keyRange ? { range: keyRange } : {}) };
    if (refusedTopLevel.includes(key)) {
      problems.push({
        code: "COMPOSE_UNSUPPORTED",
        message: `\`${key}\` is not supported yet`,
        hint: "take it out, or use `docker compose config` to resolve it beforehand",
        ...place,
      });
      continue;
    }
    const near = didYouMean(key, topLevel);
    const hint = near ? `did you mean \`${near}\`?` : "remove it, or begin its name with x-";
    problems.push({ code: "COMPOSE_UNKNOWN_FIELD", message: `unknown field \`${key}\``, hint, ...place });
  }
}

function looksLikeService(node: YamlNode): boolean {
  return node.kind === "map" && (node.entries.has("image") || node.entries.has("build"));
}
