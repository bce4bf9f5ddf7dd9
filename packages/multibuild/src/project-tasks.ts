import type { Project, Service } from "@slipway/compose";
import { didYouMean, type Problem } from "@slipway/errors";
import { buildOptionsOf } from "./build-fields.ts";
import type { BuildTask } from "./build-task.ts";
import { archiveContext, directoryContext } from "./context-path.ts";
import { MultibuildError, type MultibuildErrorCode } from "./multibuild-error.ts";

/** What tasks are made for. */
export interface ProjectTasksOptions {
  /** The services that are wanted. Default: all. */
  readonly services?: readonly string[] | undefined;
  /** Contexts are folders of the machine, found from this one. */
  readonly directory?: string | undefined;
  /** Contexts are folders of an archive, which was made of this folder; empty if that is not known. */
  readonly archiveOf?: string | undefined;
}

/**
 * A task for each service of a project, without its files.
 *
 * @throws {MultibuildError} with all that cannot be built, of all services
 */
export function projectTasks(project: Project, options: ProjectTasksOptions = {}): BuildTask[] {
  const problems: Problem<MultibuildErrorCode>[] = [];
  const names = Object.keys(project.services);
  const tasks = (options.services ?? names).flatMap((name) => {
    const service = Object.hasOwn(project.services, name) ? project.services[name] : undefined;
    if (service) return [serviceTask(project, name, service, options, problems)];
    const near = didYouMean(name, names);
    problems.push({
      code: "MULTIBUILD_UNKNOWN_SERVICE",
      message: `the project ${project.name} has no service \`${name}\``,
      hint: near === undefined ? `it has ${names.join(", ")}` : `did you mean \`${near}\`?`,
    });
    return [];
  });
  MultibuildError.throwAll(problems);
  return tasks;
}

function serviceTask(
  project: Project,
  name: string,
  service: Service,
  { directory, archiveOf = "" }: ProjectTasksOptions,
  problems: Problem<MultibuildErrorCode>[],
): BuildTask {
  const { build, image, platform } = service;
  const common = { serviceName: name, resolved: false };
  const own = platform === undefined ? {} : { dockerPlatform: platform };
  if (!build) {
    if (image === undefined || image === "") {
      problems.push({
        code: "MULTIBUILD_NO_IMAGE",
        message: `service ${name} has neither \`image\` nor \`build\``,
        hint: "give one of the two",
        path: `services.${name}`,
      });
    }
    return { ...common, ...own, external: true, imageName: image ?? "" };
  }
  const at = `services.${name}.build`;
  const { context, problem } =
    directory === undefined ? archiveContext(build.context, archiveOf) : directoryContext(build.context, directory);
  if (problem) problems.push({ ...problem, message: `service ${name}: ${problem.message}`, path: `${at}.context` });
  const { platforms, ...options } = buildOptionsOf(name, build, problems);
  const [onlyPlatform] = platforms;
  return {
    ...common,
    ...(platform === undefined && onlyPlatform !== undefined ? { dockerPlatform: onlyPlatform } : own),
    external: false,
    context,
    args: stringMap(build.args),
    labels: {
      ...stringMap(build.labels),
      "com.docker.compose.project": project.name,
      "com.docker.compose.service": name,
    },
    tag: image ?? `${project.name}-${name}`,
    ...(build.dockerfile === undefined ? {} : { dockerfilePath: build.dockerfile }),
    ...(build.dockerfile_inline === undefined ? {} : { dockerfileInline: build.dockerfile_inline }),
    dockerOpts: options,
  };
}

/** A key without a value has none to hand on. */
function stringMap(map: Readonly<Record<string, unknown>> | undefined): Record<string, string> {
  const known = Object.entries(map ?? {}).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(known.map(([name, value]) => [name, String(value)]));
}
