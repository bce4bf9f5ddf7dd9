import type { Project } from "./model/project.ts";

/** One service that needs another one. */
export interface DependencyEdge {
  readonly from: string;
  readonly to: string;
  /** `service_started`, `service_healthy`, `service_completed_successfully`; `build` where its image is built on it. */
  readonly condition: string;
  readonly required: boolean;
}

/** The services of a project and what they need. */
export interface DependencyGraph {
  readonly services: readonly string[];
  readonly edges: readonly DependencyEdge[];
}

/** Which services need which others, to start or to be built. Services that are left out by profiles are not in it. */
export function dependencyGraph(project: Project): DependencyGraph {
  const services = Object.keys(project.services);
  const edges: DependencyEdge[] = [];
  for (const [from, { depends_on, build }] of Object.entries(project.services)) {
    for (const [to, { condition, required }] of Object.entries(depends_on)) {
      if (Object.hasOwn(project.services, to)) edges.push({ from, to, condition, required });
    }
    for (const context of Object.values(build?.additional_contexts ?? {})) {
      const to = /^service:(.*)$/s.exec(context)?.[1];
      if (to !== undefined) edges.push({ from, to, condition: "build", required: true });
    }
  }
  return { services, edges };
}

/** The graph as a Mermaid flowchart: an arrow leads from a service to one that it needs. */
export function toMermaid({ services, edges }: DependencyGraph): string {
  const ids = new Map(services.map((name, index) => [name, `s${index}`]));
  const lines = services.map((name) => `  ${ids.get(name)}["${name.replaceAll('"', "#quot;")}"]`);
  for (const { from, to, condition, required } of edges) {
    const label = condition === "service_started" ? "" : `|${condition.replace("service_", "")}|`;
    lines.push(`  ${ids.get(from)} ${required ? "-->" : "-.->"}${label} ${ids.get(to)}`);
  }
  return `flowchart LR\n${lines.join("\n")}\n`;
}
