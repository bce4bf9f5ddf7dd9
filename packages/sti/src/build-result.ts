/** What a build gave. */
export interface BuildResult {
  /** A build that fails is an error, so that nobody can overlook it. */
  readonly success: true;
  /** What is worth knowing: warnings, and which parts were done. */
  readonly messages: readonly string[];
  readonly tag: string;
  /** `sha256:…` */
  readonly imageId: string;
  /** Of an extended build: `<tag>-build`, which has the next build's artifacts. */
  readonly buildImage?: { readonly tag: string; readonly imageId: string } | undefined;
  /** Whether it was given artifacts of the build before. */
  readonly incremental: boolean;
  /** Digests (`sha256:…`) of the layers that were added to the base image. */
  readonly layers: readonly string[];
  readonly durationMs: number;
}
