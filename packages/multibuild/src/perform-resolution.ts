import type { Readable } from "node:stream";
import {
  resolveBundle,
  resolveDockerfile,
  type ResolveError,
  type ResolveHooks,
  type Resolver,
} from "@slipway/resolve";
import { isSlipwayError, type Problem } from "@slipway/errors";
import { architectureOf, platformOf } from "./architecture.ts";
import type { BuildTask } from "./build-task.ts";
import { MultibuildError, type MultibuildErrorCode } from "./multibuild-error.ts";
import { withNamedImages } from "./named-images.ts";
import { normalizePlatform } from "./platform.ts";
import { withSecretMounts } from "./secret-mounts.ts";
import { type ContextDockerfile, contextSource, openContext, type TaskFiles } from "./task-files.ts";
import { buildArgsOf } from "./task-build-options.ts";

/** How to resolve. */
export interface ResolutionOptions {
  /** More template variables, for all services. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
  /** Default: those of `@slipway/resolve`. */
  readonly resolvers?: readonly Resolver[] | undefined;
  /** The build arguments that the builds are given, over their own: a `FROM` may be named by them. */
  readonly buildArgs?: Readonly<Record<string, string>> | undefined;
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
  { variables, resolvers, buildArgs, hooks, signal }: ResolutionOptions,
): Promise<void> {
  if (task.external || task.resolved || !task.buildStream) return;
  const { dockerPlatform } = task;
  // Names that stand for one platform are told apart by what was asked for.
  const keeps = dockerPlatform === undefined || platformOf(architecture) === normalizePlatform(dockerPlatform);
  const target = keeps ? architecture : architectureOf(dockerPlatform);
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
    hooks: ownHooks(task, buildArgs, hooks?.(task)),
    signal,
  };
  const { buildStream, files } = task;
  if (files && buildStream === files.stream) {
    const resolved = await resolveDockerfile(files, options);
    const open = (): Readable => openContext(files, resolved);
    const stream = open();
    task.buildStream = stream;
    const directory = (await readsOwnIgnoreFile(files, resolved)) ? files.directory : undefined;
    const source = directory === undefined ? await contextSource(files, resolved) : undefined;
    task.openStream = {
      stream,
      open,
      directory,
      dockerfileText: resolved.changed ? resolved.dockerfile : undefined,
      source: source && { files: source, dockerfileText: resolved.dockerfile },
    };
    buildStream.destroy();
    assign(task, target, resolved);
  } else {
    const { stream, ...resolved } = await resolveBundle(buildStream, options);
    task.buildStream = stream;
    assign(task, target, resolved);
  }
}

/** Whether a builder that is given the folder finds the ignore file that counts, which may be named by the template. */
async function readsOwnIgnoreFile(files: TaskFiles, { path, dockerfilePath }: ContextDockerfile): Promise<boolean> {
  if (path === dockerfilePath) return true;
  const own = await Promise.all([path, dockerfilePath].map((name) => files.has(`${name}.dockerignore`)));
  return !own.includes(true);
}

/** The hooks of the user, and in the outcome the task's build secrets and the images that its names stand for. */
function ownHooks(
  task: BuildTask,
  buildArgs: Readonly<Record<string, string>> | undefined,
  hooks: ResolveHooks = {},
): ResolveHooks {
  const secrets = task.buildMetadata?.secretsOf(task.serviceName) ?? [];
  const { namedImages, dockerPlatform: platform } = task;
  if (secrets.length === 0 && !namedImages) return hooks;
  return {
    ...hooks,
    dockerfile: async (text, found) => {
      const own = withSecretMounts((await hooks.dockerfile?.(text, found)) ?? text, secrets);
      return withNamedImages(own, namedImages ?? {}, { buildArgs: buildArgsOf(task, { buildArgs }), platform });
    },
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
