import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type { Engine } from "@slipway/transport";
import { buildArgsOf } from "./commands/build-args.ts";
import type { BuildCommandOptions, ProjectOptions } from "./commands/project-options.ts";
import type { Io } from "./io.ts";
import { type LoadedProject, loadProject, type LoadProjectOptions } from "./load-project.ts";
import { OptionProblems } from "./option-problems.ts";
import { printWarnings } from "./print-error.ts";
import { readTextFile } from "./read-text-file.ts";

/** Options of a command that say which project it is about. */
interface LoadableOptions extends ProjectOptions {
  readonly envFile?: readonly string[];
}

/** Loads the project that a command is about, and prints what is worth knowing about its files. */
export async function loadFor(io: Io, directory: string | undefined, options: LoadableOptions): Promise<LoadedProject> {
  const loaded = await loadProject(projectPlace(io, directory, options));
  printWarnings(loaded.warnings, io);
  return loaded;
}

/** Where the project of a command is. */
export function projectPlace(io: Io, directory: string | undefined, options: LoadableOptions): LoadProjectOptions {
  return {
    directory,
    cwd: io.cwd,
    files: options.file,
    projectName: options.projectName,
    profiles: options.profile,
    envFiles: options.envFile,
    readInput: () => textOf(io.stdin),
    environment: io.env,
  };
}

/** The text of a file that the command line names, or of stdin for `-`. */
export async function readInputText(file: string, io: Io): Promise<string> {
  return file === "-" ? await textOf(io.stdin) : await readTextFile(file, io.cwd);
}

/** Runs an action with a connection to the engine, which is closed at the end. */
export async function withEngine<T>(io: Io, action: (engine: Engine) => Promise<T>): Promise<T> {
  // Many commands need no engine, and what speaks to one is large.
  const { connect } = await import("@slipway/transport");
  const engine = await connect({ environment: io.env, signal: io.signal });
  try {
    return await action(engine);
  } finally {
    engine.close();
  }
}

/** The build options that a command line gives. */
export function buildOptionsOf(options: BuildCommandOptions): {
  architecture: string | undefined;
  deviceType: string | undefined;
  buildArgs: Record<string, string>;
  noCache: boolean;
  pull: boolean;
} {
  const problems = new OptionProblems();
  const buildArgs = buildArgsOf(options.buildArg ?? [], problems);
  problems.throwIfAny();
  return {
    architecture: options.arch,
    deviceType: options.deviceType,
    buildArgs,
    noCache: options.cache === false,
    pull: options.pull ?? false,
  };
}

/** All of a stream; nothing where there is none, or where it is a person's terminal. */
async function textOf(stream: (Readable & { readonly isTTY?: boolean | undefined }) | undefined): Promise<string> {
  return stream && !stream.isTTY ? text(stream) : "";
}
