import type { Service } from "@slipway/compose";
import { sharedNamespaces } from "./namespaces.ts";

/** What a service waits for before it starts. */
export type Condition = "service_started" | "service_healthy" | "service_completed_successfully";

/** One dependency of a service. */
export interface Dependency {
  readonly service: string;
  readonly condition: Condition;
  /** Whether the service cannot start without it. */
  readonly required: boolean;
  /** Whether the service restarts when the dependency is made anew. */
  readonly restart: boolean;
}

/** The dependencies of a service: its `depends_on`, and the services whose namespaces it joins. */
export function dependencies(service: Service): Dependency[] {
  const written = Object.entries(service.depends_on).map(([name, dependency]) => ({
    service: name,
    condition: dependency.condition,
    required: dependency.required,
    restart: dependency.restart ?? false,
  }));
  const joined = Object.values(sharedNamespaces(service)).filter(
    (name) => !written.some((dependency) => dependency.service === name),
  );
  return [
    ...written,
    ...[...new Set(joined)].map((name) => ({
      service: name,
      condition: "service_started" as const,
      required: true,
      restart: false,
    })),
  ];
}

/** The value of the label from which `docker compose` knows the order when it has no compose file. */
export function dependsOnLabel(needs: readonly Dependency[]): string {
  return needs.map(({ service, condition, restart }) => `${service}:${condition}:${restart}`).join(",");
}
