import type { Project } from "@slipway/compose";
import { didYouMean, type Problem } from "@slipway/errors";
import type { BuildTask } from "./build-task.ts";
import { archiveContext, type ContextPath, directoryContext } from "./context-path.ts";
import { MultibuildError, type MultibuildErrorCode } from "./multibuild-error.ts";
import { NamedContextPlan, withNeededServices } from "./named-contexts.ts";
import { serviceTask } from "./service-task.ts";

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
 * A task for each service of a project, without its files; and one for each folder among their additional contexts, which
 * makes an image of it for the others' builds (`helper`). With a service come those whose images are its contexts.
 *
 * @throws {MultibuildError} with all that cannot be built, of all services
 */
export function projectTasks(project: Project, options: ProjectTasksOptions = {}): BuildTask[] {
  const problems: Problem<MultibuildErrorCode>[] = [];
  const { directory, archiveOf = "" } = options;
  const locate = (context: string): ContextPath =>
    directory === undefined ? archiveContext(context, archiveOf) : directoryContext(context, directory);
  const namedContexts = new NamedContextPlan(project, locate);
  const names = Object.keys(project.services);
  const wanted = options.services ? withNeededServices(project, options.services) : names;
  const tasks = wanted.flatMap((name) => {
    const service = Object.hasOwn(project.services, name) ? project.services[name] : undefined;
    if (service) return [serviceTask(name, service, { locate, namedContexts, project }, problems)];
    const near = didYouMean(name, names);
    problems.push({
      code: "MULTIBUILD_UNKNOWN_SERVICE",
      message: `the project ${project.name} has no service \`${name}\``,
      hint: near === undefined ? `it has ${names.join(", ")}` : `did you mean \`${near}\`?`,
    });
    return [];
  });
  MultibuildError.throwAll(problems);
  return [...tasks, ...namedContexts.helpers];
}
