import type { Problem } from "@slipway/errors";
import type { ComposeErrorCode } from "./compose-error.ts";
import type { ComposeFile } from "./load.ts";
import { dropPaths } from "./merge/drop-paths.ts";
import { enforceUnicity } from "./merge/enforce-unicity.ts";
import { merge } from "./merge/merge.ts";
import { mappingNode, type Node } from "./parse/node.ts";
import { parseDocuments } from "./parse/parse-documents.ts";
import { plainValue } from "./parse/plain-value.ts";
import { SourceText } from "./parse/source-text.ts";
import { ProblemList } from "./problem-list.ts";

/** Several files as one. */
export interface MergedFiles {
  readonly document: Readonly<Record<string, unknown>>;
  readonly warnings: readonly Problem<ComposeErrorCode>[];
}

/**
 * Compose files as one document, otherwise as they were written: short forms, variables, `include` and `extends` stay.
 * @throws ComposeError for what is no YAML, and for parts that don't go over each other
 */
export function mergeFiles(files: readonly ComposeFile[]): MergedFiles {
  const problems = new ProblemList();
  let merged: Node = mappingNode({});
  for (const { name, text } of files) {
    for (const { root, dropped } of parseDocuments(new SourceText(text, name), problems)) {
      merged = enforceUnicity(merge(dropPaths(merged, dropped), root, problems));
    }
  }
  problems.throwIfAny();
  return { document: plainValue(merged) as Record<string, unknown>, warnings: problems.warnings };
}
