import type { LintRule } from "./lint-rule.ts";

const isLower = (text: string): boolean => text === text.toLowerCase();
const isUpper = (text: string): boolean => text === text.toUpperCase();

export const stageNameCasing: LintRule = {
  id: "StageNameCasing",
  description: "Stage names should be lowercase",
  *check({ blocks }) {
    for (const { name, from } of blocks) {
      if (name === undefined || isLower(name)) continue;
      yield {
        message: `the stage name \`${name}\` should be lowercase`,
        range: from.range,
        hint: `write ${name.toLowerCase()}`,
      };
    }
  },
};

export const fromAsCasing: LintRule = {
  id: "FromAsCasing",
  description: "The casing of AS and FROM should match",
  *check({ blocks, text }) {
    for (const { words, from } of blocks) {
      const as = words.length === 3 ? (words[1] as string) : undefined;
      const keyword = written(text, from);
      if (as === undefined || (isLower(keyword) && isLower(as)) || (isUpper(keyword) && isUpper(as))) continue;
      if (!isLower(keyword) && !isUpper(keyword)) continue;
      yield { message: `\`${as}\` and \`${keyword}\` should be in the same case`, range: from.range };
    }
  },
};

export const consistentInstructionCasing: LintRule = {
  id: "ConsistentInstructionCasing",
  description: "All instructions of a Dockerfile should use the same casing",
  *check({ blocks, text }) {
    const instructions = blocks.flatMap(({ from, instructions: own }) => [from, ...own]);
    const keywords = instructions.map((instruction) => ({ keyword: written(text, instruction), instruction }));
    const lower = keywords.filter(({ keyword }) => isLower(keyword)).length;
    const upper = keywords.filter(({ keyword }) => isUpper(keyword)).length;
    const wanted = lower > upper ? "lowercase" : "uppercase";
    for (const { keyword, instruction } of keywords) {
      if (wanted === "lowercase" ? isLower(keyword) : isUpper(keyword)) continue;
      const message = `\`${keyword}\` should be in the case of most instructions here, ${wanted}`;
      yield { message, range: instruction.keywordRange };
    }
  },
};

function written(
  text: string,
  { keywordRange: { start, end } }: { keywordRange: { start: { offset: number }; end: { offset: number } } },
): string {
  return text.slice(start.offset, end.offset);
}
