import { readInvocation } from "./invocation.ts";
import { readJsonForm } from "../syntax/json-list.ts";
import { readArgs, readPairs } from "../syntax/pairs.ts";
import { joinPath } from "./path.ts";
import { ExpansionProblem } from "../expansion/pattern.ts";
import { exposedPorts } from "./port-spec.ts";
import { readCopy } from "./read-copy.ts";
import { readHealthcheck } from "./read-healthcheck.ts";
import { readRun } from "./read-run.ts";
import { isSignal } from "./stop-signal.ts";
import { badArguments, expandIn, expandWordsIn, type StageContext } from "./stage-context.ts";
import type { PairsStep, Step, StepBase } from "./step.ts";
import type { Instruction } from "../syntax/tree.ts";
import { splitAtBlanks } from "../syntax/words.ts";

/**
 * Reads an instruction's meaning and brings the stage's state to what it is after it. Undefined where it has none, which
 * is then in the problems.
 * @throws ExpansionProblem
 */
export function readStep(context: StageContext, instruction: Instruction, base: StepBase): Step | undefined {
  const { args, keyword, range } = instruction;
  const { draft, rules, scope, escape } = context;
  const bad = (message: string, hint?: string): undefined => badArguments(context, range, message, hint);
  for (const { name, range: at } of instruction.flags) {
    if (rules.unknownFlags.has(`${keyword} --${name}`)) {
      return badArguments(
        context,
        at,
        `this builder doesn't know \`${keyword} --${name}\``,
        "build with a newer BuildKit",
      );
    }
  }
  if ((instruction.trigger ?? instruction).heredocs.length > 0 && !rules.heredocs) {
    return bad("this builder doesn't know here-documents", "build with a newer BuildKit");
  }
  switch (keyword) {
    case "RUN":
      return readRun(context, instruction, base);
    case "COPY":
    case "ADD":
      return readCopy(context, instruction, base);
    case "CMD": {
      const invocation = readInvocation(context, args);
      draft.cmd = invocation.argv;
      // The classic builder doesn't count an empty one: an ENTRYPOINT after it takes it away.
      draft.hasOwnCmd ||= rules.emptyCommand || (args !== "" && invocation.argv.length > 0);
      return { ...base, kind: "cmd", ...invocation };
    }
    case "ENTRYPOINT": {
      const invocation = readInvocation(context, args);
      draft.entrypoint = args === "" && !rules.emptyCommand ? undefined : invocation.argv;
      if (!draft.hasOwnCmd) draft.cmd = undefined;
      return { ...base, kind: "entrypoint", ...invocation };
    }
    case "ENV":
    case "LABEL": {
      const read = readPairs(keyword, args, escape);
      if ("problem" in read) return bad(read.problem);
      const pairs = read.pairs.map(
        ({ name, value = "" }) => [expandIn(context, name), expandIn(context, value)] as const,
      );
      for (const [name, value] of pairs) {
        if (keyword === "ENV" && name === "" && !rules.emptyEnvName) {
          throw new ExpansionProblem(`a name in \`${args}\` comes out empty`);
        }
        if (keyword === "LABEL") draft.labels.set(name, value);
        else scope.setEnv(name, value);
      }
      return { ...base, kind: keyword === "ENV" ? "env" : "label", pairs };
    }
    case "ARG":
      return readArg(context, instruction, base);
    case "WORKDIR": {
      const written = expandIn(context, args);
      if (written === "" && !rules.emptyWorkdir) return bad("WORKDIR needs a path; it is empty");
      const path = joinPath(context.workdir, written);
      context.workdir = path;
      draft.workdir = path;
      return { ...base, kind: "workdir", path, value: written };
    }
    case "USER": {
      const user = expandIn(context, args);
      context.user = user;
      draft.user = user;
      return { ...base, kind: "user", user };
    }
    case "SHELL": {
      const form = readJsonForm(args, { tail: rules.jsonTail });
      if (form.kind !== "list" || form.items.length === 0) {
        return bad(`SHELL takes a JSON list; read \`${args}\``, 'write SHELL ["/bin/bash", "-c"]');
      }
      context.shell = form.items;
      draft.shell = form.items;
      return { ...base, kind: "shell", shell: form.items };
    }
    case "EXPOSE": {
      const words = splitAtBlanks(args).flatMap(({ text }) => expandWordsIn(context, text));
      const values = words.flatMap(exposedPorts);
      for (const port of values) draft.exposedPorts.add(port);
      return { ...base, kind: "expose", values };
    }
    case "VOLUME": {
      const form = readJsonForm(args, { tail: rules.jsonTail });
      const words = form.kind === "list" ? form.items : splitAtBlanks(args).map(({ text }) => text);
      if (words.length === 0) return bad("VOLUME needs at least one path");
      if (words.some((word) => word.trim() === "")) return bad("VOLUME needs a path; it is empty");
      const values = words.map((word) => expandIn(context, word));
      if (values.includes("")) throw new ExpansionProblem(`VOLUME needs a path; \`${args}\` comes out as an empty one`);
      for (const path of values) draft.volumes.add(path);
      return { ...base, kind: "volume", values };
    }
    case "STOPSIGNAL": {
      const signal = expandIn(context, args);
      if (!isSignal(signal)) throw new ExpansionProblem(`\`${signal}\` is no signal`);
      draft.stopSignal = signal;
      return { ...base, kind: "stopsignal", signal };
    }
    case "HEALTHCHECK": {
      const own = readHealthcheck(context, instruction);
      if (!own) return undefined;
      const healthcheck = rules.healthcheckInherits ? { ...draft.healthcheck, ...own } : own;
      draft.healthcheck = healthcheck;
      return { ...base, kind: "healthcheck", healthcheck };
    }
    case "ONBUILD": {
      const bodies = instruction.trigger?.heredocs.map(({ content, name }) => `\n${content}${name}`) ?? [];
      const trigger = instruction.text.replace(/^ONBUILD\s*/i, "") + bodies.join("");
      draft.onbuild.push(trigger);
      return { ...base, kind: "onbuild", trigger };
    }
    case "MAINTAINER":
      return { ...base, kind: "maintainer", name: args };
    default:
      return bad(`unknown instruction \`${keyword}\``);
  }
}

function readArg(context: StageContext, instruction: Instruction, base: StepBase): PairsStep | undefined {
  const { scope, rules, escape } = context;
  const read = readArgs(instruction.args, escape);
  if ("problem" in read) return badArguments(context, instruction.range, read.problem);
  const pairs: (readonly [string, string | undefined])[] = [];
  const settings: (readonly [string, string])[] = [];
  const apply = (): void => {
    for (const [name, value] of settings.splice(0)) scope.setArg(name, value);
  };
  for (const pair of read.pairs) {
    const name = rules.argNameExpanded ? expandIn(context, pair.name) : pair.name;
    const fallback = pair.value === undefined ? undefined : expandIn(context, pair.value);
    pairs.push([name, fallback]);
    // Given from outside; else its own default; else what the ARG above the first FROM says.
    const given = Object.hasOwn(context.buildArgs, name) ? context.buildArgs[name] : undefined;
    const value = given ?? fallback ?? context.globals.get(name);
    if (value !== undefined) settings.push([name, value]);
    if (rules.argSeesItsLine) apply();
  }
  apply();
  return { ...base, kind: "arg", pairs };
}
