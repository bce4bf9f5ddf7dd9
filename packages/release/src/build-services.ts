import type { Project } from "@slipway/compose";
import type { Problem } from "@slipway/errors";
import { buildProject, type LocalImage } from "@slipway/multibuild";
import { BuildLog } from "./build-log.ts";
import type { DeployEvent } from "./deploy-event.ts";
import type { DeployOptions } from "./deploy-options.ts";
import { ReleaseError, type ReleaseErrorCode } from "./release-error.ts";

/** A service's image on the engine, with what its build said. */
export interface BuiltService {
  readonly image: LocalImage;
  readonly log: BuildLog;
}

/**
 * Builds services of a project, or has their images from registries.
 * @throws ReleaseError RELEASE_BUILD_FAILED with each service that failed, and its error as cause if it is the only one
 */
export async function buildServices(
  project: Project,
  services: readonly string[],
  { build, source, engines, signal }: DeployOptions,
  emit: (event: DeployEvent) => void,
): Promise<Map<string, BuiltService>> {
  if (services.length === 0) return new Map();
  const logs = new Map(services.map((service) => [service, new BuildLog()]));
  const run = buildProject(project, source, engines, { ...build, services, signal });
  for await (const { service, event } of run) {
    if (service === undefined) {
      emit(event);
      continue;
    }
    logs.get(service)?.event(event);
    emit({ type: "build", service, event });
  }
  const images = await run.result;
  const problems = images.flatMap(({ successful, serviceName, error }): Problem<ReleaseErrorCode>[] => {
    if (successful) return [];
    const why = error instanceof Error ? error.message : String(error);
    return [{ code: "RELEASE_BUILD_FAILED", message: `service ${serviceName} could not be built: ${why}` }];
  });
  if (problems.length > 0) {
    const failed = images.filter(({ successful }) => !successful);
    const message = problems.map((problem) => problem.message).join("\n");
    const cause = failed.length === 1 ? failed[0]?.error : new AggregateError(failed.map(({ error }) => error));
    throw new ReleaseError("RELEASE_BUILD_FAILED", message, {
      problems,
      cause,
      hint: "nothing was recorded or pushed",
    });
  }
  return new Map(
    images.map((image) => [image.serviceName, { image, log: logs.get(image.serviceName) ?? new BuildLog() }]),
  );
}
