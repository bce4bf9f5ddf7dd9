import { consistentInstructionCasing, fromAsCasing, stageNameCasing } from "./casing-rules.ts";
import {
  copyIgnoredFile,
  exposeInvalidFormat,
  exposeProtoCasing,
  invalidDefinitionDescription,
  jsonArgsRecommended,
  legacyKeyValueFormat,
  maintainerDeprecated,
  multipleInstructionsDisallowed,
  noEmptyContinuation,
  onbuildUnknownInstruction,
  secretsUsedInArgOrEnv,
  undefinedVar,
  workdirRelativePath,
} from "./instruction-rules.ts";
import type { LintRule } from "./lint-rule.ts";
import {
  duplicateStageName,
  fromPlatformFlagConstDisallowed,
  invalidDefaultArgInFrom,
  laterStage,
  redundantTargetPlatform,
  reservedStageName,
  undefinedArgInFrom,
} from "./stage-rules.ts";

/** All rules: BuildKit's build checks that need no engine, by their names, and a few of our own. */
export const lintRules: readonly LintRule[] = [
  stageNameCasing,
  fromAsCasing,
  noEmptyContinuation,
  consistentInstructionCasing,
  duplicateStageName,
  reservedStageName,
  jsonArgsRecommended,
  maintainerDeprecated,
  undefinedArgInFrom,
  workdirRelativePath,
  undefinedVar,
  multipleInstructionsDisallowed,
  legacyKeyValueFormat,
  redundantTargetPlatform,
  secretsUsedInArgOrEnv,
  invalidDefaultArgInFrom,
  fromPlatformFlagConstDisallowed,
  copyIgnoredFile,
  invalidDefinitionDescription,
  exposeProtoCasing,
  exposeInvalidFormat,
  laterStage,
  onbuildUnknownInstruction,
];
