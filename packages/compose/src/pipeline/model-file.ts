import type { ParsedDocument } from "../parse/compose-tree.ts";
import type { Mapping } from "../parse/node.ts";
import type { PipelineContext, Scope } from "./pipeline-context.ts";

/** One file of a model. */
export interface ModelFile {
  /** Where it is, to tell cycles. */
  readonly path: string;
  readonly documents: readonly ParsedDocument[];
}

/** Loads the model of several files; `including` are the files that are being included, outermost first. */
export type LoadModel = (
  files: readonly ModelFile[],
  scope: Scope,
  context: PipelineContext,
  including: readonly string[],
) => Mapping;
