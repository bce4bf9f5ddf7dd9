import type { Project } from "./model/project.ts";
import type { Service } from "./model/service.ts";

/** A project without the networks, volumes, secrets and configs that no service uses, as `docker compose config` prints it. */
export function withoutUnused(project: Project): Project {
  const services = Object.values(project.services);
  return {
    ...project,
    networks: used(project.networks, services, ({ networks }) => Object.keys(networks)),
    volumes: used(project.volumes, services, ({ volumes }) =>
      volumes.flatMap(({ type, source }) => (type === "volume" ? (source ?? []) : [])),
    ),
    secrets: used(project.secrets, services, ({ secrets = [], build }) =>
      [...secrets, ...(build?.secrets ?? [])].map(({ source }) => source),
    ),
    configs: used(project.configs, services, ({ configs = [] }) => configs.map(({ source }) => source)),
  };
}

function used<Resource>(
  resources: Readonly<Record<string, Resource>>,
  services: readonly Service[],
  names: (service: Service) => readonly string[],
): Record<string, Resource> {
  const wanted = new Set(services.flatMap(names));
  return Object.fromEntries(Object.entries(resources).filter(([key]) => wanted.has(key)));
}
