import { didYouMean } from "@slipway/errors";
import { expand } from "../expansion/expand.ts";
import { isImageName } from "../meaning/image-name.ts";
import { readArgs } from "../syntax/pairs.ts";
import { ExpansionProblem } from "../expansion/pattern.ts";
import { platformArgs } from "../meaning/platform-args.ts";
import type { LintInput, LintRule } from "./lint-rule.ts";

export const duplicateStageName: LintRule = {
  id: "DuplicateStageName",
  description: "Stage names should be unique",
  *check({ blocks }) {
    const seen = new Map<string, number>();
    for (const { name, from } of blocks) {
      if (name === undefined) continue;
      const line = seen.get(name.toLowerCase());
      if (line !== undefined)
        yield { message: `the stage name \`${name}\` is taken since line ${line}`, range: from.range };
      else seen.set(name.toLowerCase(), from.range.start.line);
    }
  },
};

export const reservedStageName: LintRule = {
  id: "ReservedStageName",
  description: "Reserved words should not be used as stage names",
  *check({ blocks }) {
    for (const { name, from } of blocks) {
      if (!["context", "scratch"].includes(name?.toLowerCase() ?? "")) continue;
      yield { message: `\`${name}\` is a reserved word and should not name a stage`, range: from.range };
    }
  },
};

export const undefinedArgInFrom: LintRule = {
  id: "UndefinedArgInFrom",
  description: "FROM should use declared ARGs only",
  *check(input) {
    const declared = new Set([...declaredGlobals(input).keys(), ...platformNames]);
    for (const { words, from } of input.blocks) {
      const platform = from.flags.find((flag) => flag.name === "platform")?.value ?? "";
      const used = new Set(
        [words[0] ?? "", platform].flatMap((text) => variablesOf(text, input.tree.escape, declared).unset),
      );
      for (const name of used) {
        const near = didYouMean(name, declared);
        const hint = near ? `did you mean ${near}?` : `declare it above the first FROM: ARG ${name}`;
        yield { message: `FROM uses \`${name}\`, which is not declared`, range: from.range, hint };
      }
    }
  },
};

export const invalidDefaultArgInFrom: LintRule = {
  id: "InvalidDefaultArgInFrom",
  description: "The defaults of global ARGs should give valid base images",
  *check(input) {
    const defaults = declaredGlobals(input);
    for (const { words, from } of input.blocks) {
      const [image = ""] = words;
      const used = variablesOf(image, input.tree.escape, new Set(defaults.keys())).set;
      if (used.length === 0) continue;
      const base = expanded(image, defaults, input.tree.escape);
      if (base === undefined || isImageName(base)) continue;
      const message = `without build arguments the base image is \`${base}\`, which is no image's name`;
      yield { message, range: from.range, hint: `give ARG ${used.join(", ARG ")} a default` };
    }
  },
};

export const redundantTargetPlatform: LintRule = {
  id: "RedundantTargetPlatform",
  description: "Setting the platform to $TARGETPLATFORM in FROM is redundant",
  *check({ blocks, tree }) {
    for (const { from } of blocks) {
      const platform = from.flags.find((flag) => flag.name === "platform");
      if (!platform?.value) continue;
      const values = new Map(Object.entries(platformArgs("target/platform", undefined)));
      const { set, unset } = variablesOf(platform.value, tree.escape, new Set(values.keys()));
      if (unset.length > 0 || set.length !== 1 || set[0] !== "TARGETPLATFORM") continue;
      if (expanded(platform.value, values, tree.escape) !== "target/platform") continue;
      yield {
        message: `\`--platform=${platform.value}\` is what FROM does anyway`,
        range: platform.range,
        hint: "leave it out",
      };
    }
  },
};

export const fromPlatformFlagConstDisallowed: LintRule = {
  id: "FromPlatformFlagConstDisallowed",
  description: "FROM --platform should not be a constant",
  *check({ blocks }) {
    for (const { from, name } of blocks) {
      const flag = from.flags.find((candidate) => candidate.name === "platform");
      if (!flag?.value || flag.value.includes("$")) continue;
      const [os = "", architecture = ""] = flag.value.split("/");
      // A stage that is named after its platform means it.
      const stage = name?.toLowerCase() ?? "";
      if (stage.includes(os) || (architecture !== "" && stage.includes(architecture))) continue;
      const hint = "build with --platform, or name the stage after the platform";
      yield { message: `FROM --platform should not be the constant \`${flag.value}\``, range: flag.range, hint };
    }
  },
};

export const laterStage: LintRule = {
  id: "LaterStage",
  description: "Stages should take from stages above them only; newer BuildKits refuse others",
  *check({ stages }) {
    for (const stage of stages) {
      for (const step of stage.steps) {
        const sources =
          step.kind === "copy" ? [step.from] : step.kind === "run" ? step.mounts.map(({ from }) => from) : [];
        for (const source of sources) {
          if (source?.kind !== "stage" || source.index < stage.index) continue;
          const name = stages[source.index]?.name ?? String(source.index);
          yield { message: `the stage \`${name}\` comes later in the file`, range: step.range, hint: "move it up" };
        }
      }
    }
  },
};

const platformNames = Object.keys(platformArgs("os/arch/variant", undefined));

/** The ARGs above the first FROM with their defaults; empty where they have none. */
function declaredGlobals({ globals, tree }: LintInput): Map<string, string> {
  const values = new Map<string, string>();
  for (const { args, keyword } of globals) {
    const read = keyword === "ARG" ? readArgs(args, tree.escape) : { pairs: [] };
    if ("problem" in read) continue;
    for (const { name, value } of read.pairs) {
      values.set(name, value === undefined ? "" : (expanded(value, values, tree.escape) ?? ""));
    }
  }
  return values;
}

function expanded(text: string, values: ReadonlyMap<string, string>, escape: string): string | undefined {
  try {
    return expand(text, (name) => values.get(name), escape);
  } catch (error) {
    if (error instanceof ExpansionProblem) return undefined;
    throw error;
  }
}

function variablesOf(text: string, escape: string, known: ReadonlySet<string>): { set: string[]; unset: string[] } {
  const set: string[] = [];
  const unset: string[] = [];
  try {
    expand(
      text,
      (name) => {
        (known.has(name) ? set : unset).push(name);
        return known.has(name) ? "x" : undefined;
      },
      escape,
    );
  } catch (error) {
    if (!(error instanceof ExpansionProblem)) throw error;
  }
  return { set, unset };
}
