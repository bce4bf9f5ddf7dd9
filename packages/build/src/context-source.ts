import type { Readable } from "node:stream";
import type { FileSource } from "@slipway/transport";
import type { BuildOptions } from "./build-options.ts";

/** A context that is neither a folder nor a mere stream. */
export interface ContextSource {
  /** What BuildKit asks for; without the Dockerfile, unless that is to be seen by the build. */
  readonly files: FileSource;
  /** The same for the classic builder, with the Dockerfile. */
  readonly tar: Readable;
}

/** How to build of files that can be had by their paths. */
export interface SourceBuildOptions extends BuildOptions {
  /** The Dockerfile; `dockerfile` is its name in messages, and in the tar stream. */
  readonly dockerfileText: string;
}
