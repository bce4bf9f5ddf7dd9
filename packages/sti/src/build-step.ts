import type { EntryToPack } from "@slipway/context";
import type { ImageInspect } from "@slipway/transport";
import type { UserIds } from "./image-files.ts";
import type { PreviousImage } from "./save-artifacts.ts";
import type { StiStage } from "./sti-event.ts";

/** A folder of the engine's cache, under a name of its own. */
export interface CacheMount {
  readonly path: string;
  readonly id: string;
}

/** One image made from another by its prepare script. */
export interface BuildStep {
  readonly stage: StiStage & ("prepare" | "runtime");
  readonly image: ImageInspect;
  /** Its name as it was given. */
  readonly reference: string;
  /** The prepare script's path. */
  readonly prepare: string;
  /** The run script's path; without it the image keeps its command. */
  readonly run: string | undefined;
  /** Where source, artifacts and scripts are: `/tmp`. */
  readonly destination: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** Who prepare runs as, as an image's USER names one; empty for root. */
  readonly user: string;
  readonly ids: UserIds;
  /** Who the image that is made runs as. */
  readonly finalUser: string;
  /** The source: its entries, or a folder of another image. */
  readonly source: () => AsyncIterable<EntryToPack>;
  readonly sourceImage?: { readonly name: string; readonly path: string } | undefined;
  /** The source's own scripts, by name. */
  readonly uploads: ReadonlyMap<string, Buffer>;
  /** The image whose saved artifacts prepare is given. */
  readonly artifacts: PreviousImage | undefined;
  /** Whether prepare is to leave its result in the build folder. */
  readonly buildFolder: boolean;
  readonly caches: readonly CacheMount[];
  /** Whether this step's script is given the secrets. */
  readonly secrets: boolean;
}
