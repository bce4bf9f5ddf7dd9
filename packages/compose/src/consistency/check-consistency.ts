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

/** Is told a name that a service refers to, and how to find out where it does. */
type Refer = (section: keyof KnownNames["sections"], name: string, place: () => Place) => void;

interface Place {
  readonly path: Path | undefined;
  readonly span: Span | undefined;
}

function checkReferences(name: string, service: Mapping, names: KnownNames, problems: ProblemList): void {
  eachReference(service, pathOf("services", name), (section, wanted, place) => {
    const known = names.sections[section];
    if (!known || known.has(wanted)) return;
    const kind = section.slice(0, -1);
    problems.error(
      "COMPOSE_UNDEFINED_REFERENCE",
      `service \`${name}\` refers to ${kind} \`${wanted}\`, which is not defined`,
      { ...place(), hint: suggestion(wanted, known, `define it under the top-level \`${section}:\``) },
    );
  });
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

function eachReference(service: Mapping, path: Path | undefined, refer: Refer): void {
  for (const section of ["networks", "models"] as const) {
    for (const [name, { key }] of fieldsOf(fieldOf(service, section))) {
      refer(section, name, () => ({ path: below(below(path, section), name), span: key }));
    }
  }
  itemsOf(fieldOf(service, "volumes")).forEach((volume, index) => {
    const name = stringField(volume, "source");
    if (!name || stringField(volume, "type") !== "volume") return;
    refer("volumes", name, () => ({
      path: below(below(path, "volumes"), index),
      span: fieldOf(volume, "source")?.span,
    }));
  });
  eachMount(service, "secrets", path, refer);
  eachMount(service, "configs", path, refer);
  const build = fieldOf(service, "build");
  if (build) eachMount(build, "secrets", below(path, "build"), refer);
}

function eachMount(holder: Node, section: "secrets" | "configs", path: Path | undefined, refer: Refer): void {
  itemsOf(fieldOf(holder, section)).forEach((mount, index) => {
    const source = fieldOf(mount, "source");
    const name = source || (mount.kind === "mapping" && mount.damaged) ? stringOf(source) : "";
    if (name === undefined) return;
    refer(section, name, () => ({ path: below(below(path, section), index), span: source?.span ?? mount.span }));
  });
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
