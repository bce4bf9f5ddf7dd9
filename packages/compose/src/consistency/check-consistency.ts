import { fieldOf, fieldsOf, itemsOf, type Mapping, type Node, stringField, stringOf } from "../parse/node.ts";
import { pathOf } from "../parse/path.ts";
import type { Span } from "../parse/source-text.ts";
import type { ProblemList } from "../problem-list.ts";
import { readBoolean } from "../schema/read-boolean.ts";
import { suggestion } from "../suggestion.ts";
import { findCycle } from "./dependency-cycles.ts";
import { knownNames, type KnownNames } from "./known-names.ts";

/** Tells every reference of a service that leads nowhere, names that two share, and cycles of dependencies. */
export function checkConsistency(root: Mapping, disabled: Mapping, problems: ProblemList): void {
  const services = fieldsOf(fieldOf(root, "services"));
  const names = knownNames(root, disabled);
  const containers = new Map<string, string>();
  for (const [name, { value }] of services) {
    if (value.kind !== "mapping") continue;
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

/** Is told the name of a resource that a service refers to, and where: below the service, and in the text. */
type Refer = (section: keyof KnownNames["sections"], name: string, keys: Keys, span: Span | undefined) => void;

type Keys = readonly (string | number)[];

function checkReferences(name: string, service: Mapping, names: KnownNames, problems: ProblemList): void {
  eachReference(service, (section, wanted, keys, span) => {
    const known = names.sections[section];
    if (!known || known.has(wanted)) return;
    const kind = section.slice(0, -1);
    problems.error(
      "COMPOSE_UNDEFINED_REFERENCE",
      `service \`${name}\` refers to ${kind} \`${wanted}\`, which is not defined`,
      {
        path: pathOf("services", name, ...keys),
        span,
        hint: suggestion(wanted, known, `define it under the top-level \`${section}:\``),
      },
    );
  });
  const dependencies = fieldOf(service, "depends_on");
  if (dependencies?.kind === "mapping") {
    dependencies.entries.forEach(({ value, key }, wanted) =>
      checkDependency(name, wanted, value, key, names, problems),
    );
  }
  for (const [, { value }] of fieldsOf(fieldOf(fieldOf(service, "build"), "additional_contexts"))) {
    const other = /^service:(.*)$/s.exec(stringOf(value) ?? "")?.[1];
    if (other === undefined || names.buildable.has(other)) continue;
    const known = names.enabled.has(other);
    problems.error(
      "COMPOSE_UNDEFINED_REFERENCE",
      `service \`${name}\` builds on \`${other}\`, which ${known ? "is not built itself" : "is not defined"}`,
      { path: pathOf("services", name, "build", "additional_contexts"), span: value.span },
    );
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

function eachReference(service: Mapping, refer: Refer): void {
  for (const section of ["networks", "models"] as const) {
    const used = fieldOf(service, section);
    if (used?.kind === "mapping") used.entries.forEach(({ key }, name) => refer(section, name, [section, name], key));
  }
  itemsOf(fieldOf(service, "volumes")).forEach((volume, index) => {
    const name = stringField(volume, "source");
    if (!name || stringField(volume, "type") !== "volume") return;
    refer("volumes", name, ["volumes", index], fieldOf(volume, "source")?.span);
  });
  eachMount(service, "secrets", [], refer);
  eachMount(service, "configs", [], refer);
  const build = fieldOf(service, "build");
  if (build) eachMount(build, "secrets", ["build"], refer);
}

function eachMount(holder: Node, section: "secrets" | "configs", keys: Keys, refer: Refer): void {
  itemsOf(fieldOf(holder, section)).forEach((mount, index) => {
    const source = fieldOf(mount, "source");
    const name = source || (mount.kind === "mapping" && mount.damaged) ? stringOf(source) : "";
    if (name !== undefined) refer(section, name, [...keys, section, index], source?.span ?? mount.span);
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
