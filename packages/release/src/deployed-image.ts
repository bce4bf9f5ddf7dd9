/** A service's image in the registry. */
export interface DeployedImage {
  /** Where it is stored: `registry.example.com/v2/0123…`; with `@` and the digest it can be pulled. */
  readonly location: string;
  /** `sha256:…` */
  readonly digest: string;
  /** Whether an earlier deploy of this commit had pushed it. */
  readonly there: boolean;
}
