import path from "node:path";
import type { Project, Service } from "@slipway/compose";

/** The project as it is recorded: with build contexts as seen from its folder, as nobody else has this machine's paths. */
export function compositionOf(project: Project, root: string | undefined): Project {
  const services = Object.entries(project.services).map(([name, service]) => [name, portable(service, root)]);
  return JSON.parse(JSON.stringify({ ...project, services: Object.fromEntries(services) })) as Project;
}

function portable(service: Service, root: string | undefined): Service {
  const context = service.build?.context;
  if (!service.build || context === undefined || root === undefined || !path.isAbsolute(context)) return service;
  const relative = path.relative(root, context).split(path.sep).join("/");
  return { ...service, build: { ...service.build, context: relative === "" ? "." : relative } };
}
