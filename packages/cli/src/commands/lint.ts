import path from "node:path";
import { ignoreNothing, readIgnore } from "@slipway/context";
import { lint, lintRules } from "@slipway/dockerfile";
import { formatProblem, type Problem } from "@slipway/errors";
import { Command } from "commander";
import { CliError } from "../cli-error.ts";
import { FinishedWith } from "../finished-with.ts";
import { exitCodes } from "../exit-code.ts";
import { findDockerfiles } from "../find-dockerfiles.ts";
import type { Io } from "../io.ts";
import { paint } from "../paint.ts";
import { readAssignments } from "../read-assignments.ts";
import { readTextFile } from "../read-text-file.ts";
import { collect } from "./project-options.ts";

interface LintCommandOptions {
  readonly json?: boolean;
  readonly skip?: string[];
  readonly experimental?: string[];
  readonly buildArg?: string[];
  readonly rules?: boolean;
}

interface LintedFile {
  readonly file: string;
  readonly text: string;
  readonly problems: readonly Problem[];
}

/** `slipway lint`: checks Dockerfiles without an engine. Ends with 1 where anything is found. */
export function lintCommand(io: Io): Command {
  return new Command("lint")
    .description("check Dockerfiles; a folder is searched for them")
    .argument("[path...]", "Dockerfiles, or folders with some", ["."])
    .option("--skip <rule>", "a rule to leave out; may be given several times", collect)
    .option("--experimental <rule>", "an experimental rule to apply, or all; may be given several times", collect)
    .option("--build-arg <name=value>", "a build argument; may be given several times", collect)
    .option("--rules", "print the rules instead")
    .option("--json", "print what is found as JSON")
    .addHelpText(
      "after",
      "\nExit code 1: something was found. `# check=skip=RULE` at the top of a Dockerfile leaves a rule out.",
    )
    .action(async (paths: string[], options: LintCommandOptions) => {
      if (options.rules) {
        io.stdout.write(rulesText(options.json ?? false));
        return;
      }
      checkRuleNames([...(options.skip ?? []), ...(options.experimental ?? [])]);
      const files = await findDockerfiles(paths, io.cwd);
      const linted: LintedFile[] = [];
      for (const file of files) {
        io.signal.throwIfAborted();
        linted.push(await lintFile(file, options, io));
      }
      io.stdout.write(options.json ? jsonText(linted) : plainText(linted, io));
      const found = linted.reduce((total, { problems }) => total + problems.length, 0);
      if (found > 0) throw new FinishedWith(exitCodes.failed);
    });
}

async function lintFile(file: string, options: LintCommandOptions, io: Io): Promise<LintedFile> {
  const text = await readTextFile(file, io.cwd);
  const folder = path.dirname(path.resolve(io.cwd, file));
  const ignore = await readIgnore(folder, path.basename(file));
  const problems = lint(withoutVariables(text), {
    file,
    skip: options.skip,
    experimental: options.experimental,
    buildArgs: readAssignments(options.buildArg ?? [], "--build-arg"),
    ...(ignore === ignoreNothing ? {} : { isIgnored: (name: string) => ignore.ignores(name) }),
  });
  return { file, text, problems };
}

/** A template's variables stand for words that aren't known: words of the same length, so that places stay right. */
function withoutVariables(text: string): string {
  return text.replaceAll(/%%[A-Z][A-Z_]*%%/g, (variable) => "x".repeat(variable.length));
}

function checkRuleNames(names: readonly string[]): void {
  const known = new Set(["all", ...lintRules.map(({ id }) => id.toLowerCase())]);
  const unknown = names.filter((name) => !known.has(name.toLowerCase()));
  if (unknown.length === 0) return;
  throw new CliError("CLI_BAD_OPTION", `there is no rule ${unknown.map((name) => `\`${name}\``).join(", ")}`, {
    hint: "`slipway lint --rules` lists them",
  });
}

function rulesText(asJson: boolean): string {
  const rules = lintRules.map(({ id, description, isExperimental }) => ({
    id,
    description,
    experimental: isExperimental ?? false,
  }));
  if (asJson) return `${JSON.stringify(rules, undefined, 2)}\n`;
  const width = Math.max(...rules.map(({ id }) => id.length));
  const lines = rules.map(
    ({ id, description, experimental }) =>
      `${id.padEnd(width)}  ${description}${experimental ? " (experimental)" : ""}`,
  );
  return `${lines.join("\n")}\n`;
}

function jsonText(linted: readonly LintedFile[]): string {
  const found = linted.flatMap(({ file, problems }) =>
    problems.map(({ code, message, hint, severity, range }) => ({
      file,
      code,
      severity: severity ?? "error",
      message,
      ...(hint ? { hint } : {}),
      ...(range ? { range: { start: range.start, end: range.end } } : {}),
    })),
  );
  return `${JSON.stringify(found, undefined, 2)}\n`;
}

function plainText(linted: readonly LintedFile[], io: Io): string {
  const lines: string[] = [];
  let errors = 0;
  let warnings = 0;
  for (const { file, text, problems } of linted) {
    for (const problem of problems) {
      const isWarning = problem.severity === "warning";
      if (isWarning) warnings += 1;
      else errors += 1;
      const label = isWarning ? paint(io.stdout, "yellow", "warning:") : paint(io.stdout, "red", "error:");
      const placed = problem.range ? problem : { ...problem, message: `${file}: ${problem.message}` };
      const plain = { ...placed, severity: "error" as const, message: `${placed.message} (${problem.code})` };
      lines.push(`${label} ${formatProblem(plain, text)}`);
    }
  }
  const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
  const files = counted(linted.length, "file");
  lines.push(
    errors + warnings === 0
      ? `${files}, nothing found`
      : `${files}, ${counted(errors, "error")}, ${counted(warnings, "warning")}`,
  );
  return `${lines.join("\n")}\n`;
}
