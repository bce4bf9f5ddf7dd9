import { chompTabs, heredocStart } from "../syntax/heredoc.ts";
import { readJsonForm } from "../syntax/json-list.ts";
import { joinDestination } from "./path.ts";
import { ExpansionProblem } from "../expansion/pattern.ts";
import { badArguments, expandIn, findSource, type StageContext } from "./stage-context.ts";
import type { CopyStep, StepBase } from "./step.ts";
import type { Instruction } from "../syntax/tree.ts";
import { splitAtBlanks } from "../syntax/words.ts";

/** Reads a COPY or an ADD. @throws ExpansionProblem */
export function readCopy(context: StageContext, instruction: Instruction, base: StepBase): CopyStep | undefined {
  const { args, keyword, heredocs, flags, range } = instruction;
  const { rules } = context;
  const bad = (message: string, hint?: string): undefined => badArguments(context, range, message, hint);
  const form = readJsonForm(args, { tail: rules.jsonTail });
  const words = form.kind === "list" ? form.items : splitAtBlanks(args).map(({ text }) => text);
  const last = words.at(-1);
  if (words.length < 2 || last === undefined) {
    return bad(`${keyword} takes one source or more and a destination; read \`${args}\``);
  }
  const isHeredoc = (word: string): boolean => heredocs.length > 0 && heredocStart(word) !== undefined;
  if (isHeredoc(last)) return bad(`${keyword} can't copy to a here-document`, "write the destination as the last word");
  const flag = (name: string): string | undefined => flags.findLast((candidate) => candidate.name === name)?.value;
  const isSet = (name: string): boolean =>
    flags.some((candidate) => candidate.name === name && candidate.value?.toLowerCase() !== "false");
  const expanded = (name: string): string | undefined => {
    const value = flag(name);
    return value === undefined ? undefined : expandIn(context, value);
  };
  const written = flag("from");
  if (written?.includes("$")) {
    const hint = "name a stage, and give that stage's FROM the variable";
    return bad(`--from can't have variables; read \`${written}\``, hint);
  }
  const from = written ? findSource(context, written, range, "COPY") : undefined;
  if (written && !from) return undefined;
  if (rules.slashForMany && words.length > 2 && !/[/\\]$/.test(last)) {
    return bad(`the destination of several sources ends with a slash; read \`${last}\``, `write \`${last}/\``);
  }
  const sources = words.slice(0, -1).filter((word) => !isHeredoc(word));
  const chown = expanded("chown");
  const chmod = expanded("chmod");
  if (
    chmod !== undefined &&
    rules.checksMode &&
    !/^(?:[0-7]+|[ugoa]*(?:[-+=][rwxXst]*)+(?:,[ugoa]*(?:[-+=][rwxXst]*)+)*)$/.test(chmod)
  ) {
    throw new ExpansionProblem(`--chmod is a mode, as 755 or u+x; read \`${chmod}\``);
  }
  const checksum = expanded("checksum");
  return {
    ...base,
    kind: keyword === "COPY" ? "copy" : "add",
    sources: sources.map((source) => expandIn(context, source)),
    heredocs: heredocs.map(({ name, content, chomp, expand }) => {
      const text = chomp ? chompTabs(content) : content;
      // The escape character is a backslash here, whatever the file's is.
      return { name, content: expand ? expandIn({ ...context, escape: "\\" }, text, { skipQuotes: true }) : text };
    }),
    destination: joinDestination(context.workdir, expandIn(context, last)),
    ...(from ? { from } : {}),
    ...(chown === undefined ? {} : { chown }),
    ...(chmod === undefined ? {} : { chmod }),
    link: isSet("link"),
    parents: isSet("parents"),
    exclude: flags.flatMap(({ name, value }) => (name === "exclude" && value ? [expandIn(context, value)] : [])),
    ...(checksum === undefined ? {} : { checksum }),
    ...(keyword === "ADD" ? { keepGitDir: isSet("keep-git-dir") } : {}),
  };
}
