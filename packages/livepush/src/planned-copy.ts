import type { CopyStep } from "@slipway/dockerfile";
import type { CopyMapping } from "./copy-mapping.ts";
import type { Owner } from "./owner.ts";

/** A COPY or ADD from the context, ready to be asked what it puts where. */
export interface PlannedCopy {
  readonly step: CopyStep;
  readonly mapping: CopyMapping;
  readonly attributes: () => CopyAttributes;
}

/** Who owns what a COPY copies, and the permission bits of its `--chmod`. */
export interface CopyAttributes {
  readonly owner: Owner;
  readonly mode: number | undefined;
}
