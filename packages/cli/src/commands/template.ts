import path from "node:path";
import { process as fillIn, variables } from "@slipway/dockerfile";
import { Command } from "commander";
import { CliError } from "../cli-error.ts";
import type { Io } from "../io.ts";
import { readAssignments } from "../read-assignments.ts";
import { readInputText } from "../command-context.ts";
import { readVariableFile } from "../read-variable-file.ts";
import { replaceFile } from "../replace-file.ts";
import { collect } from "./project-options.ts";

interface TemplateCommandOptions {
  readonly variable?: string[];
  readonly vars?: string[];
  readonly output?: string;
  readonly list?: boolean;
}

/** `slipway template`: fills in a Dockerfile template. */
export function templateCommand(io: Io): Command {
  return new Command("template")
    .description("fill in the variables of a Dockerfile template, %%NAME%%")
    .argument("<file>", "the template; - for stdin")
    .option("-v, --variable <NAME=value>", "a variable; may be given several times, and beats those of files", collect)
    .option("--vars <file>", "variables from a JSON object or a .env file; may be given several times", collect)
    .option("-o, --output <file>", "where to write the result (standard output)")
    .option("--list", "print the variables that the template needs instead")
    .action(async (file: string, options: TemplateCommandOptions) => {
      const template = await readInputText(file, io);
      if (options.list) {
        for (const name of variables(template)) io.stdout.write(`${name}\n`);
        return;
      }
      const values: Record<string, string> = {};
      for (const source of options.vars ?? []) Object.assign(values, await readVariableFile(source, io.cwd));
      const given = readAssignments(options.variable ?? [], "--variable");
      const wrong = Object.keys(given).filter((name) => !/^[A-Z][A-Z_]*$/.test(name));
      if (wrong.length > 0) {
        const hint = "a capital first, then capitals and underscores";
        throw new CliError("CLI_BAD_OPTION", `no template variable can be named ${wrong.join(", ")}`, { hint });
      }
      const result = fillIn(template, { ...values, ...given }, { file });
      if (options.output === undefined) io.stdout.write(result);
      else await replaceFile(path.resolve(io.cwd, options.output), result);
    });
}
