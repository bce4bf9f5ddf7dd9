import {
  resolveBundle,
  resolveDockerfile,
  type ResolveError,
  type ResolveHooks,
  type Resolver,
} from "@slipway/resolve";
import { isSlipwayError, type Problem } from "@slipway/errors";
import { architectureOf } from "./architecture.ts";
import type { BuildTask } from "./build-task.ts";
import { MultibuildError, type MultibuildErrorCode } from "./multibuild-error.ts";
import { withSecretMounts } from "./secret-mounts.ts";

/** How to resolve. */
export interface ResolutionOptions {
  /** More template variables, for all services. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
  /** Default: those of `@slipway/resolve`. */
  readonly resolvers?: readonly Resolver[] | undefined;
  /** Called for each service's Dockerfile. */
  readonly hooks?: ((task: BuildTask) => ResolveHooks) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds each task's Dockerfile, or makes it, and puts it into the task's stream. A task for a platform of its own is
 * resolved for that platform's architecture.
 *
 * @returns the tasks given, with `dockerfile`, `dockerfilePath`, `projectType`, `architecture` and `resolved` set
 * @throws {ResolveError} or {DockerfileError} for one service that cannot be resolved
 * @throws {MultibuildError} `MULTIBUILD_UNRESOLVED` for several, with the problems of all
 */
export async function performResolution(
  tasks: readonly BuildTask[],
  architecture: string,
  deviceType: string,
  options: ResolutionOptions = {},
): Promise<BuildTask[]> {
  const failures: { task: BuildTask; error: unknown }[] = [];
  for (const task of tasks) {
    options.signal?.throwIfAborted();
    try {
      await resolveTask(task, architecture, deviceType, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      // Anything but the user's mistakes ends the whole.
      if (!isSlipwayError(error)) throw error;
      failures.push({ task, error });
    }
  }
  if (failures.length === 1) throw failures[0]?.error;
  MultibuildError.throwAll(failures.flatMap(({ task, error }) => unresolved(task, error)));
  return [...tasks];
}

async function resolveTask(
  task: BuildTask,
  architecture: string,
  deviceType: string,
  { variables, resolvers, hooks, signal }: ResolutionOptions,
): Promise<void> {
  if (task.external || task.resolved || !task.buildStream) return;
  const ownArchitecture = task.dockerPlatform?.split("/")[1];
  const target = ownArchitecture === undefined ? architecture : architectureOf(ownArchitecture);
  const options = {
    architecture: target,
    deviceType,
    resolvers: task.dockerfileInline === undefined ? resolvers : [inlineResolver(task.dockerfileInline)],
    variables: {
      BALENA_SERVICE_NAME: task.serviceName,
      RESIN_SERVICE_NAME: task.serviceName,
      ...variables,
    },
    dockerfilePath: task.dockerfileInline === undefined ? task.dockerfilePath : undefined,
    directory: task.context,
    hooks: withSecrets(task, hooks?.(task)),
    signal,
  };
  const { buildStream, files } = task;
  if (files && buildStream === files.stream) {
    const resolved = await resolveDockerfile(files, options);
    task.buildStream = files.open(resolved);
    buildStream.destroy();
    assign(task, target, resolved);
  } else {
    const { stream, ...resolved } = await resolveBundle(buildStream, options);
    task.buildStream = stream;
    assign(task, target, resolved);
  }
}

/** The hooks of the user, and the task's build secrets in the outcome. */
function withSecrets(task: BuildTask, hooks: ResolveHooks = {}): ResolveHooks {
  const secrets = task.buildMetadata?.secretsOf(task.serviceName) ?? [];
  if (secrets.length === 0) return hooks;
  return {
    ...hooks,
    dockerfile: async (text, found) => withSecretMounts((await hooks.dockerfile?.(text, found)) ?? text, secrets),
  };
}

function assign(
  task: BuildTask,
  architecture: string,
  resolved: { resolver: string; dockerfile: string; dockerfilePath: string },
): void {
  task.architecture = architecture;
  task.dockerfile = resolved.dockerfile;
  task.dockerfilePath = resolved.dockerfilePath;
  task.projectType = resolved.resolver;
  task.resolved = true;
}

/** The Dockerfile that a composition has in itself goes before all files. */
function inlineResolver(dockerfile: string): Resolver {
  return {
    name: "Inline Dockerfile",
    priority: 0,
    needs: () => [],
    resolve: () => ({ path: undefined, dockerfile }),
  };
}

function unresolved(task: BuildTask, error: unknown): Problem<MultibuildErrorCode>[] {
  const { problems } = error as ResolveError;
  return problems.map(({ message, hint, range }) => ({
    code: "MULTIBUILD_UNRESOLVED" as const,
    message: `service ${task.serviceName}: ${message}`,
    ...(hint === undefined ? {} : { hint }),
    ...(range === undefined ? {} : { range }),
  }));
}
