import { fieldOf, fieldsOf, itemsOf, type Mapping, type Node, stringField, stringOf } from "../parse/node.ts";
import { below, type Path, pathOf } from "../parse/path.ts";
import type { Span } from "../parse/source-text.ts";
import type { ProblemList } from "../problem-list.ts";
import { readBoolean } from "../schema/read-boolean.ts";
import { suggestion } from "../suggestion.ts";
import { findCycle } from "./dependency-cycles.ts";
import { checkService } from "./check-service.ts";
import { knownNames, type KnownNames } from "./known-names.ts";

/** Tells every reference that leads nowhere, every contradiction in a service, and cycles of dependencies. */
export function checkConsistency(root: Mapping, disabled: Mapping, problems: ProblemList): void {
  const services = fieldsOf(fieldOf(root, "services"));
  const names = knownNames(root, disabled);
  const containers = new Map<string, string>();
  for (const [name, { value }] of services) {
    if (value.kind !== "mapping") continue;
    checkService(name, value, names, problems);
    checkReferences(name, value, names, problems);
    const container = stringField(value, "container_name");
    const owner = container === undefined ? undefined : containers.get(container);
    if (owner !== undefined) {
      problems.error("COMPOSE_CONFLICT", `services \`${owner}\` and \`${name}\` have the same container name`, {
        path: pathOf("services", name, "container_name"),
        span: fieldOf(value, "container_name")?.span,
      });
    } else if (container !== undefined) containers.set(container, name);
  }
  checkCycles(services, problems);
}

interface Reference {
  readonly section: keyof KnownNames["sections"];
  readonly name: string;
  readonly path: Path | undefined;
  readonly span: Span | undefined;
}

function checkReferences(name: string, service: Mapping, names: KnownNames, problems: ProblemList): void {
  for (const { section, name: wanted, path, span } of references(service, pathOf("services", name))) {
    const known = names.sections[section];
    if (!known || known.has(wanted)) continue;
    const kind = section.slice(0, -1);
    problems.error(
      "COMPOSE_UNDEFINED_REFERENCE",
      `service \`${name}\` refers to ${kind} \`${wanted}\`, which is not defined`,
      {
        path,
        span,
        hint: suggestion(wanted, known, `define it under the top-level \`${section}:\``),
      },
    );
  }
  for (const [wanted, { value, key }] of fieldsOf(fieldOf(service, "depends_on"))) {
    checkDependency(name, wanted, value, key, names, problems);
  }
}

function checkDependency(
  name: string,
  wanted: string,
  value: Node,
  key: Span | undefined,
  names: KnownNames,
  problems: ProblemList,
): void {
  if (names.enabled.has(wanted)) return;
  const waiting = names.disabled.has(wanted);
  const required = fieldOf(value, "required");
  if (waiting && required?.kind === "scalar" && readBoolean(required.text) === false) return;
  const what = waiting ? "which is left out because none of its profiles is active" : "which is not defined";
  const hint = waiting
    ? "activate one of its profiles, or set required: false"
    : suggestion(
        wanted,
        [...names.enabled].filter((one) => one !== name),
      );
  problems.error("COMPOSE_UNDEFINED_REFERENCE", `service \`${name}\` depends on \`${wanted}\`, ${what}`, {
    path: pathOf("services", name, "depends_on", wanted),
    span: key ?? value.span,
    hint,
  });
}

function references(service: Mapping, path: Path | undefined): Reference[] {
  const result: Reference[] = [];
  for (const section of ["networks", "models"] as const) {
    for (const [name, { key }] of fieldsOf(fieldOf(service, section))) {
      result.push({ section, name, path: below(below(path, section), name), span: key });
    }
  }
  for (const [index, volume] of itemsOf(fieldOf(service, "volumes")).entries()) {
    const name = stringField(volume, "source");
    if (stringField(volume, "type") !== "volume" || !name) continue;
    const place = below(below(path, "volumes"), index);
    result.push({ section: "volumes", name, path: place, span: fieldOf(volume, "source")?.span });
  }
  const mounts = [
    { section: "secrets" as const, holder: service, path: below(path, "secrets") },
    { section: "configs" as const, holder: service, path: below(path, "configs") },
    { section: "secrets" as const, holder: fieldOf(service, "build"), path: below(below(path, "build"), "secrets") },
  ];
  for (const { section, holder, path: place } of mounts) {
    for (const [index, mount] of itemsOf(fieldOf(holder, section)).entries()) {
      const source = fieldOf(mount, "source");
      const name = source || (mount.kind === "mapping" && mount.damaged) ? stringOf(source) : "";
      if (name !== undefined)
        result.push({ section, name, path: below(place, index), span: source?.span ?? mount.span });
    }
  }
  return result;
}

function checkCycles(services: readonly (readonly [string, { readonly value: Node }])[], problems: ProblemList): void {
  const graph = new Map(
    services.map(([name, { value }]) => [name, fieldsOf(fieldOf(value, "depends_on")).map(([key]) => key)] as const),
  );
  const cycle = findCycle(graph);
  const [first, second] = cycle ?? [];
  if (!cycle || first === undefined || second === undefined) return;
  const dependsOn = fieldOf(services.find(([name]) => name === first)?.[1].value, "depends_on");
  problems.error("COMPOSE_DEPENDENCY_CYCLE", `services depend on each other: ${cycle.join(" → ")}`, {
    path: pathOf("services", first, "depends_on", second),
    span: dependsOn?.kind === "mapping" ? dependsOn.entries.get(second)?.key : undefined,
    hint: "one of them has to start without the others",
  });
}
