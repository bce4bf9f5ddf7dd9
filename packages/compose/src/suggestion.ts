import { didYouMean } from "@slipway/errors";

/** "did you mean `x`?" with the candidate that is likely meant, or `otherwise` where none is. */
export function suggestion(input: string, candidates: Iterable<string>, otherwise?: string): string | undefined {
  // One letter is a slip away from every other.
  const near = input.length > 2 ? didYouMean(input, candidates) : undefined;
  return near === undefined || near === input ? otherwise : `did you mean \`${near}\`?`;
}
