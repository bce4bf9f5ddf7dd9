export { EmulateError, type EmulateErrorCode } from "./emulate-error.ts";
export { getBuildThroughStream } from "./get-build-through-stream.ts";
export { transpose } from "./transpose.ts";
export type { TransposeOptions, TransposeWay } from "./transpose-options.ts";
export { type TransposeTarOptions, transposeTarStream } from "./transpose-tar-stream.ts";
export { normalizePlatform } from "./architecture.ts";
export { type DetectEmulationOptions, detectEmulation, detectEmulations, type Emulation } from "./detect-emulation.ts";
export {
  type EmulatorRegistration,
  registerEmulator,
  type RegisterEmulatorOptions,
  unregisterEmulator,
  type UnregisterEmulatorOptions,
} from "./register-emulator.ts";
export type { EmulationChoice, EmulationWay } from "./choose-emulation.ts";
export { findEmulator } from "./find-emulator.ts";
export { loadEmulator, type LoadedEmulator, type LoadEmulatorOptions } from "./load-emulator.ts";
export { type EmulationPlan, planEmulation, type PlanEmulationOptions } from "./plan-emulation.ts";
export { buildEventRestorer } from "./build-event-restorer.ts";
