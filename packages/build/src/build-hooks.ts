/** Called by a {@link Builder} as a build goes on. A hook that throws, or whose promise rejects, is told to the handler. */
export interface BuildHooks {
  /** The stream is ready: a tar archive may be written to it, and the build's text read from it. */
  buildStream?: (stream: NodeJS.ReadWriteStream) => unknown;
  /** `imageId` and `layers` are `sha256:…` digests; `layers` are intermediate images, of which BuildKit has none. */
  buildSuccess?: (imageId: string, layers: string[]) => unknown;
  /** The build failed, for whatever reason. The stream is closed, and no further hook is called. */
  buildFailure?: (error: Error) => unknown;
}

/** Is told what a hook throws, never of a build's failure. */
export type ErrorHandler = (error: Error) => unknown;
