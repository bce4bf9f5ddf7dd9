import { packDirectory } from "@slipway/context";
import type { Dockerode, Engine } from "@slipway/transport";
import { build, type BuildRun } from "./build.ts";
import type { BuildOptions } from "./build-options.ts";

/** Builds an image from a folder, without what its ignore file leaves out. See {@link build}. */
export function buildDirectory(handle: Engine | Dockerode, directory: string, options: BuildOptions = {}): BuildRun {
  const { dockerfile, signal } = options;
  return build(handle, packDirectory(directory, { dockerfile, signal }), options);
}
