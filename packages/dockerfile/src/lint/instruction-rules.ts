import { didYouMean, type SourceRange } from "@slipway/errors";
import { instructionFlags } from "../syntax/instruction-rules.ts";
import { readJsonForm } from "../syntax/json-list.ts";
import { lineEnd } from "../syntax/logical-line.ts";
import { readArgs, readPairs } from "../syntax/pairs.ts";
import { splitAtBlanks } from "../syntax/words.ts";
import type { LintRule } from "./lint-rule.ts";

export const noEmptyContinuation: LintRule = {
  id: "NoEmptyContinuation",
  description: "Empty lines within a continued instruction will become errors",
  *check({ tree, text, index }) {
    for (const { range } of tree.instructions) {
      for (let at = lineEnd(text, range.start.offset).next; at < range.end.offset;) {
        const { content, next } = lineEnd(text, at);
        if (text.slice(at, content).trim() === "") {
          yield { message: "an empty line within an instruction", range: index.range(at, content), hint: "remove it" };
          break;
        }
        at = next;
      }
    }
  },
};

export const jsonArgsRecommended: LintRule = {
  id: "JSONArgsRecommended",
  description: "CMD and ENTRYPOINT should be in JSON form, so that signals reach the process",
  *check({ blocks, stages }) {
    const withShell = new Set<number>();
    for (const [index, { instructions }] of blocks.entries()) {
      const base = stages[index]?.base;
      let hasShell = base?.kind === "stage" && withShell.has(base.index);
      for (const { keyword, args, range } of instructions) {
        if (keyword === "SHELL") hasShell = true;
        if (hasShell || (keyword !== "CMD" && keyword !== "ENTRYPOINT") || readJsonForm(args).kind === "list") continue;
        const hint = `write ${keyword} ["…"], or name the shell with SHELL`;
        yield { message: `${keyword} in shell form keeps signals from the process`, range, hint };
      }
      if (hasShell) withShell.add(index);
    }
  },
};

export const maintainerDeprecated: LintRule = {
  id: "MaintainerDeprecated",
  description: "MAINTAINER is deprecated; a label says the same",
  *check({ blocks }) {
    for (const { keyword, args, range } of blocks.flatMap(({ instructions }) => instructions)) {
      if (keyword !== "MAINTAINER") continue;
      const hint = `write LABEL org.opencontainers.image.authors=${JSON.stringify(args)}`;
      yield { message: "MAINTAINER is deprecated", range, hint };
    }
  },
};

export const legacyKeyValueFormat: LintRule = {
  id: "LegacyKeyValueFormat",
  description: "ENV and LABEL should be written name=value",
  *check({ blocks, tree }) {
    for (const { keyword, args, range } of blocks.flatMap(({ instructions }) => instructions)) {
      if (keyword !== "ENV" && keyword !== "LABEL") continue;
      const read = readPairs(keyword, args, tree.escape);
      if ("problem" in read || !read.isLegacy) continue;
      const message = `\`${keyword} name=value\` should be used, not the older form with a space`;
      yield { message, range, hint: `write ${keyword} ${read.pairs[0]?.name}=…` };
    }
  },
};

export const multipleInstructionsDisallowed: LintRule = {
  id: "MultipleInstructionsDisallowed",
  description: "Of CMD, ENTRYPOINT and HEALTHCHECK a stage should have one each",
  *check({ blocks }) {
    for (const { instructions } of blocks) {
      for (const keyword of ["CMD", "ENTRYPOINT", "HEALTHCHECK"]) {
        const all = instructions.filter((instruction) => instruction.keyword === keyword);
        const message = `this ${keyword} has no effect: only the last one of a stage is used`;
        for (const { range } of all.slice(0, -1)) yield { message, range, hint: "remove it" };
      }
    }
  },
};

export const workdirRelativePath: LintRule = {
  id: "WorkdirRelativePath",
  description: "A relative WORKDIR with no absolute one before it depends on the base image",
  *check({ stages }) {
    const isSet = new Set<number>();
    for (const stage of stages) {
      if (stage.base.kind === "stage" && isSet.has(stage.base.index)) isSet.add(stage.index);
      for (const step of stage.steps) {
        if (step.kind !== "workdir") continue;
        if (!isSet.has(stage.index) && !step.value.startsWith("/")) {
          const message = `the relative working folder \`${step.value}\` depends on the base image`;
          yield { message, range: step.range, hint: "make it absolute" };
        }
        isSet.add(stage.index);
      }
    }
  },
};

const secret = /(?:^|_)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|$)/i;
const open = /(?:^|_)public(?:_|$)/i;

export const secretsUsedInArgOrEnv: LintRule = {
  id: "SecretsUsedInArgOrEnv",
  description: "ARG and ENV should not hold secrets: both end up in the image",
  *check({ blocks, tree }) {
    for (const { keyword, args, range } of blocks.flatMap(({ instructions }) => instructions)) {
      if (keyword !== "ARG" && keyword !== "ENV") continue;
      const read = keyword === "ARG" ? readArgs(args, tree.escape) : readPairs("ENV", args, tree.escape);
      if ("problem" in read) continue;
      for (const { name } of read.pairs) {
        if (!secret.test(name) || open.test(name)) continue;
        const hint = "use RUN --mount=type=secret";
        yield { message: `${keyword} \`${name}\` looks like a secret, and would be kept in the image`, range, hint };
      }
    }
  },
};

export const undefinedVar: LintRule = {
  id: "UndefinedVar",
  description: "Variables should be defined before they are used",
  *check({ unset, stages }) {
    const declared = new Set(
      stages.flatMap((stage) =>
        stage.steps.flatMap((step) =>
          step.kind === "arg" ? step.pairs.map(([name]) => `${stage.index} ${name}`) : [],
        ),
      ),
    );
    const said = new Set<string>();
    for (const { name, instruction, known } of unset) {
      const stage = stages.findLast(({ range }) => range.start.offset <= instruction.range.start.offset);
      if (declared.has(`${stage?.index} ${name}`)) continue;
      if (said.has(`${instruction.range.start.offset} ${name}`)) continue;
      said.add(`${instruction.range.start.offset} ${name}`);
      const near = didYouMean(name, known);
      const hint = near
        ? `did you mean $${near}?`
        : `define it with ARG ${name} or ENV ${name}=… above, unless the base image does`;
      yield { message: `\`$${name}\` is not defined here`, range: instruction.range, hint };
    }
  },
};

export const exposeProtoCasing: LintRule = {
  id: "ExposeProtoCasing",
  description: "The protocol in EXPOSE should be lowercase",
  *check({ blocks }) {
    for (const { word, range } of exposed(blocks)) {
      const proto = word.split("/")[1] ?? "";
      if (proto === proto.toLowerCase()) continue;
      yield { message: `the protocol in \`${word}\` should be lowercase`, range, hint: `write ${word.toLowerCase()}` };
    }
  },
};

export const exposeInvalidFormat: LintRule = {
  id: "ExposeInvalidFormat",
  description: "EXPOSE should not name an address or the host's port",
  *check({ blocks }) {
    for (const { word, range } of exposed(blocks)) {
      if (word.includes("$") || !word.includes(":")) continue;
      const hint = `write ${word.slice(word.lastIndexOf(":") + 1)}; publishing is for who runs the container`;
      yield { message: `EXPOSE can't map to an address or a port of the host: \`${word}\``, range, hint };
    }
  },
};

export const copyIgnoredFile: LintRule = {
  id: "CopyIgnoredFile",
  description: "COPY and ADD should not name files that .dockerignore leaves out",
  *check({ stages, isIgnored }) {
    if (!isIgnored) return;
    for (const step of stages.flatMap((stage) => stage.steps)) {
      if ((step.kind !== "copy" && step.kind !== "add") || step.from) continue;
      for (const source of step.sources) {
        const path = source.replace(/^(?:\.?\/)+/, "").replace(/\/+$/, "");
        if (path === "" || path === "." || /[*?[\\]|:\/\/|^git@/.test(path) || !isIgnored(path)) continue;
        yield { message: `\`${source}\` is left out of the build context by .dockerignore`, range: step.range };
      }
    }
  },
};

export const onbuildUnknownInstruction: LintRule = {
  id: "OnbuildUnknownInstruction",
  description: "ONBUILD should keep an instruction that there is",
  *check({ tree }) {
    for (const { keyword, trigger, args, argsRange } of tree.instructions) {
      if (keyword !== "ONBUILD" || trigger) continue;
      const [word = ""] = args.split(/\s/);
      const near = didYouMean(word, Object.keys(instructionFlags));
      const hint = near && `did you mean ${near}?`;
      yield { message: `ONBUILD keeps \`${word}\`, which is no instruction`, range: argsRange, hint };
    }
  },
};

export const invalidDefinitionDescription: LintRule = {
  id: "InvalidDefinitionDescription",
  description: "A comment right above FROM … AS or ARG should be `# name description`",
  isExperimental: true,
  *check({ tree, globals, blocks }) {
    const named = [
      ...globals.map((instruction) => ({ instruction, name: readName(instruction.args) })),
      ...blocks.flatMap(({ from, name, instructions }) => [
        ...(name === undefined ? [] : [{ instruction: from, name }]),
        ...instructions
          .filter(({ keyword }) => keyword === "ARG")
          .map((instruction) => ({ instruction, name: readName(instruction.args) })),
      ]),
    ];
    for (const { instruction, name } of named) {
      const above = tree.items[tree.items.indexOf(instruction) - 1];
      if (above?.kind !== "comment" || Object.hasOwn(tree.directives, above.text.split("=")[0] ?? "")) continue;
      if (above.text === name || above.text.startsWith(`${name} `)) continue;
      const hint = "or put an empty line between the comment and the instruction";
      yield { message: `the comment should be \`# ${name} description\``, range: instruction.range, hint };
    }
  },
};

function readName(args: string): string {
  return /^[^\s=]*/.exec(args)?.[0] ?? "";
}

function* exposed(
  blocks: readonly { readonly instructions: readonly { keyword: string; args: string; range: SourceRange }[] }[],
): Generator<{ word: string; range: SourceRange }, void, undefined> {
  for (const { keyword, args, range } of blocks.flatMap(({ instructions }) => instructions)) {
    if (keyword === "EXPOSE") for (const { text: word } of splitAtBlanks(args)) yield { word, range };
  }
}
