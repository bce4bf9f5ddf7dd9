import type { Project, Service } from "@slipway/compose";

/** A project of these services, for tests. */
export function fixtureProject(services: Readonly<Record<string, Partial<Service>>>, name = "shop"): Project {
  const own = Object.entries(services).map(([key, service]): [string, Service] => [
    key,
    {
      name: key,
      environment: {},
      ports: [],
      volumes: [],
      networks: {},
      depends_on: {},
      labels: {},
      ...service,
    },
  ]);
  return { name, services: Object.fromEntries(own), networks: {}, volumes: {}, secrets: {}, configs: {} };
}
