export type { Dialect } from "./meaning/dialect.ts";
export { DockerfileError, type DockerfileErrorCode } from "./dockerfile-error.ts";
export { type DockerfileEditor, edit } from "./syntax/edit.ts";
export { expand, type ExpandOptions, expandWords, type Lookup } from "./expansion/expand.ts";
export type { ImageConfig, ImageHealthcheck } from "./meaning/image-config.ts";
export { lint, type LintOptions } from "./lint/lint.ts";
export type { LintBlock, LintFinding, LintInput, LintRule, UnsetVariable } from "./lint/lint-rule.ts";
export { lintRules } from "./lint/lint-rules.ts";
export { parse } from "./syntax/parse.ts";
export { ExpansionProblem } from "./expansion/pattern.ts";
export type { Stage } from "./meaning/stage.ts";
export type { StepState } from "./meaning/step-state.ts";
export type { Source } from "./meaning/source.ts";
export { buildOrder, neededStages } from "./meaning/stage-graph.ts";
export { stages } from "./meaning/stages.ts";
export type { StagesOptions } from "./meaning/stages-options.ts";
export type {
  CommandStep,
  CopyStep,
  HealthcheckStep,
  InlineFile,
  Invocation,
  ListStep,
  MaintainerStep,
  Mount,
  OnbuildStep,
  PairsStep,
  RunStep,
  ShellStep,
  Step,
  StepBase,
  StopSignalStep,
  UserStep,
  WorkdirStep,
} from "./meaning/step.ts";
export { process, variables } from "./template.ts";
export {
  argsOffset,
  type Blank,
  type Comment,
  type Dockerfile,
  type Flag,
  type Heredoc,
  type Instruction,
  type Item,
  print,
} from "./syntax/tree.ts";
