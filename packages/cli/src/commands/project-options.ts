import { Command } from "commander";

/** The options that say which project a command is about; the same for every command that works on one. */
export interface ProjectOptions {
  readonly file?: string[];
  readonly projectName?: string;
  readonly profile?: string[];
}

/** Adds the folder argument and the project options to a command. */
export function withProjectOptions(command: Command): Command {
  const argument = command.argument("[dir]", "the folder with the compose file: that of --file, or else this one");
  return withFileOptions(argument);
}

/** Adds the project options alone. */
export function withFileOptions(command: Command): Command {
  return command
    .option("-f, --file <file>", "a compose file; several are merged in order", collect)
    .option("-p, --project-name <name>", "the project's name")
    .option("--profile <name>", "a profile to switch on; may be given several times", collect);
}

/** Options of commands that build. */
export interface BuildCommandOptions extends ProjectOptions {
  readonly arch?: string;
  readonly deviceType?: string;
  readonly buildArg?: string[];
  readonly cache?: boolean;
  readonly pull?: boolean;
}

/** Adds the options that say how to build. */
export function withBuildOptions(command: Command): Command {
  return command
    .option("--arch <arch>", "the architecture that templates are filled in for (the engine's)")
    .option("--device-type <type>", "the device type that templates are filled in for (one of the architecture)")
    .option("--build-arg <name=value>", "a build argument for every service; may be given several times", collect)
    .option("--no-cache", "build every step anew")
    .option("--pull", "ask the registry for newer base images");
}

/** Collects the values of an option that may be given several times. */
export function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}
