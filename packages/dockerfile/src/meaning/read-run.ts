import { didYouMean } from "@slipway/errors";
import { chompTabs, heredocStart } from "../syntax/heredoc.ts";
import { readInvocation } from "./invocation.ts";
import { joinPath } from "./path.ts";
import { ExpansionProblem } from "../expansion/pattern.ts";
import { predefinedArgs } from "./platform-args.ts";
import { badArguments, expandIn, findSource, type StageContext } from "./stage-context.ts";
import type { Mount, RunStep, StepBase } from "./step.ts";
import type { Flag, Instruction } from "../syntax/tree.ts";

/** Reads a RUN. @throws ExpansionProblem */
export function readRun(context: StageContext, instruction: Instruction, base: StepBase): RunStep {
  const step = readCommand(context, instruction, base);
  const variables = context.scope.variables();
  const given = predefinedArgs.filter((name) => Object.hasOwn(context.buildArgs, name));
  const proxies = Object.fromEntries(given.map((name) => [name, context.buildArgs[name] as string]));
  // Read when it is asked for: a record for each RUN would cost as much as all that came before it.
  const environment = { enumerable: true, get: () => ({ ...proxies, ...variables.variables }) };
  return Object.defineProperty(step, "environment", environment) as RunStep;
}

function readCommand(context: StageContext, instruction: Instruction, base: StepBase): Omit<RunStep, "environment"> {
  const { args, heredocs, flags } = instruction;
  const flag = (name: string): string | undefined => {
    const value = flags.findLast((candidate) => candidate.name === name)?.value;
    return value === undefined ? undefined : expandIn(context, value);
  };
  const mounts = flags.flatMap((candidate) =>
    candidate.name === "mount" ? (readMount(context, candidate, instruction) ?? []) : [],
  );
  const network = flag("network");
  const security = flag("security");
  const [first] = heredocs;
  const isSole = first !== undefined && heredocStart(args) !== undefined;
  const rest = {
    ...base,
    kind: "run" as const,
    mounts,
    ...(network ? { network } : {}),
    ...(security ? { security } : {}),
  };
  if (isSole) {
    const content = first.chomp ? chompTabs(first.content) : first.content;
    if (first.content.startsWith("#!")) {
      const script = { name: first.name, content };
      return { ...rest, form: "exec", argv: [`/dev/pipes/${first.name}`], command: "", script };
    }
    return { ...rest, form: "shell", argv: [...context.shell, content], command: content };
  }
  const command = args + heredocs.map(({ content, name }) => `\n${content}${name}`).join("");
  const invocation = readInvocation(context, args, command);
  if (invocation.argv.length === 0 && context.rules.checksRun)
    throw new ExpansionProblem("RUN needs a command; its list is empty");
  return { ...rest, ...invocation, command: invocation.form === "shell" ? command : "" };
}

const types: readonly string[] = ["bind", "cache", "tmpfs", "secret", "ssh"];
const valued = [
  "type",
  "from",
  "source",
  "src",
  "target",
  "dst",
  "destination",
  "id",
  "sharing",
  "mode",
  "uid",
  "gid",
  "size",
  "env",
];
const bare = ["readonly", "ro", "readwrite", "rw", "required"];

function readMount(context: StageContext, flag: Flag, instruction: Instruction): Mount | undefined {
  const options: Record<string, string> = {};
  for (const field of (flag.value ?? "").split(",")) {
    const equals = field.indexOf("=");
    const key = (equals < 0 ? field : field.slice(0, equals)).toLowerCase();
    if (equals < 0 && !bare.includes(key)) {
      return badArguments(context, flag.range, `--mount: \`${field}\` is no \`key=value\``);
    }
    if (!valued.includes(key) && !bare.includes(key)) {
      const near = didYouMean(key, [...valued, ...bare]);
      return badArguments(context, flag.range, `--mount has no option \`${key}\``, near && `did you mean ${near}?`);
    }
    const value = equals < 0 ? "true" : field.slice(equals + 1);
    if (key === "from" && value.includes("$")) {
      const hint = "name a stage, and give that stage's FROM the variable";
      return badArguments(context, flag.range, `--mount: \`from=${value}\` can't have variables`, hint);
    }
    const isLiteral = key === "from" || key === "type" || context.rules.literalMounts;
    options[key] = isLiteral ? value : expandIn(context, value);
  }
  const type = options["type"] ?? "bind";
  if (!types.includes(type)) {
    return badArguments(
      context,
      flag.range,
      `--mount: \`${type}\` is no type; one of ${types.join(", ")} was expected`,
    );
  }
  const target = options["target"] ?? options["dst"] ?? options["destination"];
  const isPlaced = type === "bind" || type === "cache" || type === "tmpfs";
  if (isPlaced && context.rules.checksRun && joinPath(context.workdir, target ?? "") === "/") {
    throw new ExpansionProblem("--mount needs a target that isn't `/`");
  }
  const source = options["source"] ?? options["src"];
  const from = options["from"];
  const found = from === undefined ? undefined : findSource(context, from, instruction.range, "mount");
  return {
    type: type as Mount["type"],
    ...(target === undefined ? {} : { target }),
    ...(source === undefined ? {} : { source }),
    ...(found === undefined ? {} : { from: found }),
    options,
  };
}
