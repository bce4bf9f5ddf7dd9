import { applyExtends } from "../extends/apply-extends.ts";
import { applyIncludes } from "../include/apply-includes.ts";
import { interpolate } from "../interpolation/interpolate.ts";
import { canonicalRules } from "../canonical/canonical-rules.ts";
import { inSequence } from "../canonical/in-sequence.ts";
import { transformTree } from "../canonical/transform-tree.ts";
import { defaultRules, listRules } from "../defaults/default-rules.ts";
import { dropPaths } from "../merge/drop-paths.ts";
import { enforceUnicity, unicityTransforms } from "../merge/enforce-unicity.ts";
import { merge } from "../merge/merge.ts";
import { variableRules } from "../normalise/resolve-variables.ts";
import type { ParsedDocument } from "../parse/compose-tree.ts";
import { type Mapping, mappingNode } from "../parse/node.ts";
import { pathOf } from "../parse/path.ts";
import { pathRules } from "../paths/path-rules.ts";
import { describeNode } from "../schema/describe-node.ts";
import { projectShape } from "../schema/project-shape.ts";
import { checkRules } from "../validate/check-rules.ts";
import { upgradedFile } from "../validate/upgraded-file.ts";
import { isVersionOne } from "../validate/is-version-one.ts";
import { validate } from "../validate/validate.ts";
import type { ModelFile } from "./model-file.ts";
import type { PipelineContext, Scope } from "./pipeline-context.ts";

/**
 * The documents of several files as one, valid and in the long form, with defaults and absolute paths: what the
 * reference implementation calls the model. `including` are the files that are being included, outermost first.
 */
export function loadModel(
  files: readonly ModelFile[],
  scope: Scope,
  context: PipelineContext,
  including: readonly string[],
): Mapping {
  return complete(mergeDocuments(files, scope, context, including), scope, context);
}

/** The documents of several files as one, of which the last need not be in the long form, nor valid. */
export function mergeDocuments(
  files: readonly ModelFile[],
  scope: Scope,
  context: PipelineContext,
  including: readonly string[],
): Mapping {
  let model: Mapping = mappingNode({});
  for (const file of files) {
    for (const document of file.documents) {
      model = addDocument(longForm(model, scope, context), document, file, scope, context, including);
    }
  }
  return model;
}

const lastRules = inSequence(unicityTransforms, defaultRules, listRules, checkRules, pathRules, variableRules);
const lastVerbatimRules = inSequence(unicityTransforms, defaultRules, pathRules);

/** The model that merged documents, or a part of them, are. */
export function complete(merged: Mapping, scope: Scope, context: PipelineContext): Mapping {
  const long = longForm(merged, scope, context);
  const site = { problems: context.problems, scope };
  const finished = transformTree(long, context.verbatim ? lastVerbatimRules : lastRules, site);
  return finished.kind === "mapping" ? finished : long;
}

function longForm(merged: Mapping, scope: Scope, { problems, verbatim }: PipelineContext): Mapping {
  const valid = validate(enforceUnicity(merged), projectShape, problems, { verbatim }) ?? merged;
  const long = transformTree(valid, canonicalRules(verbatim), { problems, scope });
  return long.kind === "mapping" ? long : merged;
}

function addDocument(
  model: Mapping,
  document: ParsedDocument,
  file: ModelFile,
  scope: Scope,
  context: PipelineContext,
  including: readonly string[],
): Mapping {
  const { problems } = context;
  if (document.root.kind !== "mapping") {
    const message = `a compose file is a mapping, this is ${describeNode(document.root)}`;
    problems.error("COMPOSE_WRONG_TYPE", message, { span: document.root.span, hint: "start it with `services:`" });
    return model;
  }
  if (isVersionOne(document.root)) {
    problems.error("COMPOSE_VERSION_1", "this is a compose file of version 1, which has no `services:`", {
      span: document.root.span,
      hint: `put the services under \`services:\`, as in\n${upgradedFile(document.root)}`,
    });
    return model;
  }
  const version = document.root.entries.get("version");
  if (version) {
    const place = { path: pathOf("version"), span: version.key, hint: "remove it" };
    problems.warn("COMPOSE_UNKNOWN_FIELD", "`version` is obsolete and has no effect", place);
  }
  const written = context.verbatim ? document.root : interpolate(document.root, scope.lookup, problems);
  const own = applyExtends(written, { file: file.path, dropped: document.dropped, scope, context });
  const extended = applyIncludes(own, scope, context, [...including, file.path], loadModel) ?? own;
  const merged = merge(dropPaths(model, document.dropped), extended, problems);
  return merged.kind === "mapping" ? merged : model;
}
