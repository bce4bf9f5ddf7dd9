export { EmulateError, type EmulateErrorCode } from "./emulate-error.ts";
export { getBuildThroughStream } from "./get-build-through-stream.ts";
export { transpose } from "./transpose.ts";
export type { TransposeOptions, TransposeWay } from "./transpose-options.ts";
export { type TransposeTarOptions, transposeTarStream } from "./transpose-tar-stream.ts";
