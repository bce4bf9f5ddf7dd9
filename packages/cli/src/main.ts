import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { exitCodeOf, exitCodes, isAbort } from "./exit-code.ts";
import { FinishedWith } from "./finished-with.ts";
import type { Io } from "./io.ts";
import { printError } from "./print-error.ts";

/**
 * Runs the `slipway` command.
 * @param args the arguments after the program's name
 * @returns the exit code: 0 done, 1 the work failed, 2 wrong usage or input, 3 no engine, 130 interrupted
 */
export async function main(args: readonly string[], io: Io): Promise<number> {
  try {
    const command = await program(args, io);
    await command.parseAsync([...args], { from: "user" });
    return exitCodes.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    if (error instanceof FinishedWith) return error.exitCode;
    if (isAbort(error) && io.signal.aborted) return exitCodes.interrupted;
    printError(error, io);
    return exitCodeOf(error);
  }
}

type MakeCommand = (io: Io) => Command;

/** The commands in the order in which they are listed, each with how its code is loaded. */
const commands: ReadonlyMap<string, () => Promise<MakeCommand>> = new Map([
  ["engine", async () => (await import("./commands/engine.ts")).engineCommand],
  ["config", async () => (await import("./commands/config.ts")).configCommand],
  ["build", async () => (await import("./commands/build.ts")).buildCommand],
  ["up", async () => (await import("./commands/up.ts")).upCommand],
  ["live", async () => (await import("./commands/live.ts")).liveCommand],
  ["down", async () => (await import("./commands/down.ts")).downCommand],
  ["push", async () => (await import("./commands/push.ts")).pushCommand],
  ["deploy", async () => (await import("./commands/deploy.ts")).deployCommand],
  ["release", async () => (await import("./commands/release.ts")).releaseCommand],
  ["lint", async () => (await import("./commands/lint.ts")).lintCommand],
  ["template", async () => (await import("./commands/template.ts")).templateCommand],
  ["transpose", async () => (await import("./commands/transpose.ts")).transposeCommand],
  ["run", async () => (await import("./commands/run.ts")).runCommand],
  ["sti", async () => (await import("./commands/sti.ts")).stiCommand],
]);

/** Only the code of the command that is meant is loaded; that of all for their list, and to suggest the one that is near. */
async function loadCommands([first = ""]: readonly string[]): Promise<readonly MakeCommand[]> {
  if (first === "-V" || first === "--version") return [];
  const meant = commands.get(first);
  return Promise.all(meant ? [meant()] : [...commands.values()].map((load) => load()));
}

async function program(args: readonly string[], io: Io): Promise<Command> {
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
  for (const make of await loadCommands(args)) {
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
