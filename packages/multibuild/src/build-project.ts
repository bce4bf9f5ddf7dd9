import type { Readable } from "node:stream";
import type { Project } from "@slipway/compose";
import type { Resolver } from "@slipway/resolve";
import { type Run, startRun } from "@slipway/run";
import type { EmulationOptions } from "./emulation.ts";
import type { LocalImage } from "./local-image.ts";
import type { BuildEngines, PerformBuildsOptions } from "./perform-builds-options.ts";
import type { ProjectEvent } from "./service-event.ts";

/**
 * Where a project's files come from: a folder, or a tar stream of one. From a folder each service's context is packed
 * when its build begins and without what its ignore file leaves out, so prefer it where there is a choice.
 */
export type ProjectSource = { readonly directory: string } | Readable;

/** How to build a project. */
export interface BuildProjectOptions extends Omit<PerformBuildsOptions, "onEvent"> {
  /** The services to build. Default: all. */
  readonly services?: readonly string[] | undefined;
  /** The folder that a tar stream was made of: absolute contexts are found in the stream by it. */
  readonly root?: string | undefined;
  /**
   * What services without a platform of their own are built for: `linux/arm64`. Default: what `architecture` or
   * `deviceType` stand for, where the images that a service is made of are there for several platforms; or else the
   * engine's own.
   */
  readonly platform?: string | undefined;
  /** What templates and architecture-specific Dockerfiles are chosen by. Default: the engine's. */
  readonly architecture?: string | undefined;
  /** Default: a generic one of the architecture. */
  readonly deviceType?: string | undefined;
  /** Template variables beside those of architecture, device type and service name. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
  readonly resolvers?: readonly Resolver[] | undefined;
  /** How another architecture's programs are run, if the engine does not by itself. */
  readonly emulation?: EmulationOptions | undefined;
  /** How much of a tar stream is kept in memory, in bytes. Default: 2 MiB; the rest waits in a temporary file. */
  readonly memoryLimit?: number | undefined;
}

/** A project being built; the result has an image for each service, and one that failed has its error. */
export type ProjectBuild = Run<ProjectEvent, LocalImage[]>;

/**
 * Builds all images of a project, in parallel, and has those of other services from their registries unless the engine
 * has them. What fails does no harm to the others, unless `failFast` is set.
 *
 * @returns a run whose `result` rejects with a `MultibuildError`, `ResolveError` or `DockerfileError` for a project that
 *   cannot be built as it is (nothing has been built then), a `ContextError` for a damaged archive, a `TransportError` for
 *   an engine that cannot be reached, and the signal's reason after an abort
 */
export function buildProject(
  project: Project,
  source: ProjectSource,
  engines: BuildEngines,
  options: BuildProjectOptions = {},
): ProjectBuild {
  // The stream may fail while nothing reads it yet.
  if ("pipe" in source) source.on("error", () => undefined);
  return startRun(async (emit) => {
    // Who only splits and resolves is spared the clients of the engine and of its builders.
    const { runProject } = await import("./run-project.ts");
    return runProject(project, source, engines, options, emit);
  });
}
