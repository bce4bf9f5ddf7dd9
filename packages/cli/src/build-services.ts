import type { Project } from "@slipway/compose";
import { buildProject, type BuildProjectOptions, type LocalImage, type ServiceEvent } from "@slipway/multibuild";
import type { BuildFailure } from "./build-failed-error.ts";
import { type Engine, registryAuthFor } from "@slipway/transport";

/** Where a project is and how its services are built. */
export interface BuildServicesOptions extends Pick<
  BuildProjectOptions,
  | "services"
  | "resolvers"
  | "architecture"
  | "deviceType"
  | "buildArgs"
  | "noCache"
  | "pull"
  | "builder"
  | "buildOptions"
  | "signal"
> {
  readonly engine: Engine;
  /** The project's folder, absolute. */
  readonly directory: string;
}

/** A service's image, and the file that its Dockerfile was made from. */
export interface BuiltService {
  readonly image: LocalImage;
  /** Relative to the context; undefined for an image that was not built. */
  readonly dockerfilePath: string | undefined;
}

/** Builds a project's services from its folder. Gives all images, failed ones too, by service. */
export async function buildServices(
  project: Project,
  { engine, directory, buildOptions, ...options }: BuildServicesOptions,
  onEvent: (event: ServiceEvent) => void,
): Promise<Map<string, BuiltService>> {
  // What `docker login` has, asked for as a build touches a registry.
  const shared = { registryAuth: (registry: string) => registryAuthFor(registry), ...buildOptions };
  const run = buildProject(project, { directory }, engine, { ...options, buildOptions: shared });
  const paths = new Map<string, string>();
  for await (const event of run) {
    if (event.service === undefined) continue;
    if (event.event.type === "resolved") paths.set(event.service, event.event.path);
    onEvent(event);
  }
  const images = await run.result;
  return new Map(images.map((image) => [image.serviceName, { image, dockerfilePath: paths.get(image.serviceName) }]));
}

/** The failures among images, by service. */
export function failures(built: ReadonlyMap<string, BuiltService>): BuildFailure[] {
  return [...built].flatMap(([service, { image }]) => {
    return image.successful ? [] : [{ service, error: image.error, dockerfile: image.dockerfile }];
  });
}
