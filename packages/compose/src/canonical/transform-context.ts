import type { Node } from "../parse/node.ts";
import type { Path } from "../parse/path.ts";
import type { ProblemList } from "../problem-list.ts";

/** What a transformation of a node is told besides the node. */
export interface TransformContext {
  readonly path: Path | undefined;
  readonly problems: ProblemList;
}

/** Turns a short form into the long one. Undefined: it cannot be read, which has been told. */
export type Transform = (node: Node, context: TransformContext) => Node | undefined;
