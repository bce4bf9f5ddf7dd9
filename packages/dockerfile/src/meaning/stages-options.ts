import type { Dialect } from "./dialect.ts";
import type { ImageConfig } from "./image-config.ts";

/** What a Dockerfile's meaning depends on besides its text. */
export interface StagesOptions {
  readonly buildArgs?: Readonly<Record<string, string>> | undefined;
  /** `linux/amd64`; without it the platform arguments aren't set. */
  readonly platform?: string | undefined;
  /** What is known of base images. */
  readonly baseConfig?: ((image: string) => ImageConfig | undefined) | undefined;
  /** The stage that is built, by name or number; the last one without it. */
  readonly target?: string | undefined;
  /** Whose reading is wanted; current BuildKit's without it. */
  readonly dialect?: Dialect | undefined;
}
