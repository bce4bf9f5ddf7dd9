import type { SourceRange } from "@slipway/errors";
import type { Entry, Node } from "../parse/node.ts";
import type { Span } from "../parse/source-text.ts";

/** The place of the value at `keys`, or of what it is in. */
export function locate(root: Node, keys: readonly (string | number)[]): SourceRange | undefined {
  let node: Node | undefined = root;
  let span: Span | undefined;
  for (const key of keys) {
    if (node?.kind === "sequence") node = typeof key === "number" ? node.items[key] : undefined;
    else {
      const entry: Entry | undefined = node?.kind === "mapping" ? node.entries.get(String(key)) : undefined;
      span = entry?.key ?? span;
      node = entry?.value;
    }
    if (!node) break;
    if (typeof key === "number") span = node.span ?? span;
  }
  return span?.source.range(span.start, span.end);
}
