import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { buildCommand } from "./commands/build.ts";
import { configCommand } from "./commands/config.ts";
import { deployCommand } from "./commands/deploy.ts";
import { downCommand } from "./commands/down.ts";
import { engineCommand } from "./commands/engine.ts";
import { liveCommand } from "./commands/live.ts";
import { pushCommand } from "./commands/push.ts";
import { releaseCommand } from "./commands/release.ts";
import { RunExit, runCommand } from "./commands/run.ts";
import { stiCommand } from "./commands/sti.ts";
import { upCommand } from "./commands/up.ts";
import { LintFindings, lintCommand } from "./commands/lint.ts";
import { templateCommand } from "./commands/template.ts";
import { transposeCommand } from "./commands/transpose.ts";
import { exitCodeOf, exitCodes, isAbort } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { printError } from "./print-error.ts";

/**
 * Runs the `slipway` command.
 * @param args the arguments after the program's name
 * @returns the exit code: 0 done, 1 the work failed, 2 wrong usage or input, 3 no engine, 130 interrupted
 */
export async function main(args: readonly string[], io: Io): Promise<number> {
  try {
    await program(io).parseAsync([...args], { from: "user" });
    return exitCodes.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    if (error instanceof LintFindings) return error.exitCode;
    if (error instanceof RunExit) return error.exitCode;
    if (isAbort(error) && io.signal.aborted) return exitCodes.interrupted;
    printError(error, io);
    return exitCodeOf(error);
  }
}

function program(io: Io): Command {
  const command = new Command("slipway")
    .description("From a compose file to images, containers, and code pushed live into them.")
    .version(version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print what a command does")
    .helpCommand(false)
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      // The value may be a secret that a command line takes nowhere.
      writeErr: (text) => io.stderr.write(text.replace(/(unknown option '[^'=]*)=[^']*/, "$1")),
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
    })
    .exitOverride()
    .addHelpText("after", exitCodeHelp);
  const commands = [
    engineCommand,
    configCommand,
    buildCommand,
    upCommand,
    liveCommand,
    downCommand,
    pushCommand,
    deployCommand,
    releaseCommand,
    lintCommand,
    templateCommand,
    transposeCommand,
    runCommand,
    stiCommand,
  ];
  for (const make of commands) {
    const sub = make(io);
    sub.copyInheritedSettings(command);
    for (const below of sub.commands) below.copyInheritedSettings(sub);
    command.addCommand(sub);
  }
  return command;
}

const exitCodeHelp = `
Exit codes: 0 done, 1 the work failed, 2 wrong usage or input, 3 no engine, 130 interrupted.
The engine is DOCKER_HOST, else docker's current context, else the usual sockets.`;

function version(): string {
  return JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version;
}
