/** What `up` has to know of an image. */
export interface ImageFacts {
  /** The name or id that the container is created from. */
  readonly reference: string;
  readonly id: string;
  /** The paths that the image declares as volumes. */
  readonly volumes: readonly string[];
}
