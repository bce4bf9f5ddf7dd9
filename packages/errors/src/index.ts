export { didYouMean } from "./did-you-mean.ts";
export { LineIndex } from "./line-index.ts";
export { formatProblem, type Problem } from "./problem.ts";
export { isSlipwayError, SlipwayError, type SlipwayErrorOptions, summarize } from "./slipway-error.ts";
export { formatLocation, type Position, type SourceRange } from "./source-range.ts";
