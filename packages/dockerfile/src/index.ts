export { DockerfileError, type DockerfileErrorCode } from "./dockerfile-error.ts";
export { expand, ExpansionProblem, type Lookup } from "./expand.ts";
export { parse } from "./parse.ts";
export type { BaseConfig, Source, Stage, StepState } from "./stage.ts";
export { stages, type StagesOptions } from "./stages.ts";
export type {
  CommandStep,
  CopyStep,
  HealthcheckStep,
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
} from "./step.ts";
export { process, variables } from "./template.ts";
export {
  type Blank,
  type Comment,
  type Dockerfile,
  type Flag,
  type Heredoc,
  type Instruction,
  type Item,
  print,
} from "./tree.ts";
