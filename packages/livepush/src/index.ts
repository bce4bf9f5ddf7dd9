export { CommandFailedError } from "./command-failed-error.ts";
export { ContainerNotRunningError } from "./container-not-running-error.ts";
export type { ContextChange } from "./context-change.ts";
export { type ContextFile, ContextListing, type ContextView } from "./context-listing.ts";
export { type LiveDockerfile, liveDockerfile } from "./live-dockerfile.ts";
export { Livepush, type PushResult } from "./livepush.ts";
export { LivepushError, type LivepushErrorCode } from "./livepush-error.ts";
export type { LivepushOptions } from "./livepush-options.ts";
export type { Owner } from "./owner.ts";
export { plan, type PlanInput } from "./plan.ts";
export type { PushDurations, PushEvents, PushOutcome } from "./push-event.ts";
export type {
  CopyAction,
  CopyItem,
  DeleteAction,
  DeleteItem,
  FlowAction,
  PushAction,
  PushPlan,
  RebuildReason,
  RepairAction,
  RestartBy,
  RunAction,
  RunMount,
  StagePlan,
} from "./push-plan.ts";
export { type RuleOutcome, RuleSync, type RuleSyncOptions } from "./rule-sync.ts";
export type { Accounts, Destination, Facts, Question } from "./stage-facts.ts";
export type { StageUndone, Undone, UndonePath } from "./undone.ts";
export type { CommandOutput, CommandToRun, FileBatch, FileToPut, Identity, Updater } from "./updater.ts";
export { type RuleMatch, type WatchExec, type WatchRule, WatchRules } from "./watch-rules.ts";
export {
  type FolderBatch,
  watch,
  watchAll,
  type Watch,
  type WatchBatch,
  type WatchedFolder,
  type WatchOptions,
} from "./watch.ts";
