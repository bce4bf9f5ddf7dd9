import type { Node } from "../parse/node.ts";
import type { Path } from "../parse/path.ts";
import type { Scope } from "../pipeline/pipeline-context.ts";
import type { ProblemList } from "../problem-list.ts";

/** What all transformations of a document are told. */
export interface TransformSite {
  readonly problems: ProblemList;
  readonly scope: Scope;
}

/** What a transformation of a node is told besides the node. */
export interface TransformContext extends TransformSite {
  readonly path: Path | undefined;
}

/** Turns a short form into the long one. Undefined: it cannot be read, which has been told. */
export type Transform = (node: Node, context: TransformContext) => Node | undefined;
