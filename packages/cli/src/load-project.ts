import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import {
  load,
  type LoadedDocument,
  loadDocument,
  type LoadOptions,
  type LoadResult,
  type Project,
} from "@slipway/compose";
import { findComposeFiles, nodeHost } from "@slipway/compose/node";
import type { Problem } from "@slipway/errors";
import { CliError } from "./cli-error.ts";

/** A project as it stands on disk. */
export interface LoadedProject {
  readonly project: Project;
  /** The project's folder, absolute: build contexts are below it. */
  readonly directory: string;
  /** The compose files that it was read from, absolute. */
  readonly files: readonly string[];
  readonly warnings: readonly Problem[];
  /** Where a value of the project was written. */
  readonly locate: LoadResult["locate"];
}

/** Where a project is and how to read it. */
export interface LoadProjectOptions {
  /** The project's folder; without it that of the first file, or `cwd`. */
  readonly directory?: string | undefined;
  /** Relative paths start here. */
  readonly cwd: string;
  /** Compose files, merged in order; without any, those that the folder has under the usual names. */
  readonly files?: readonly string[] | undefined;
  readonly projectName?: string | undefined;
  readonly profiles?: readonly string[] | undefined;
  /** Files with variables instead of the folder's `.env`. */
  readonly envFiles?: readonly string[] | undefined;
  /** Gives what the file `-` stands for. */
  readonly readInput?: (() => Promise<string>) | undefined;
  /** The variables that compose files may refer to. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads the project in a folder.
 * @throws CliError for a folder or file that isn't there; ComposeError for everything wrong in the files
 */
export async function loadProject(options: LoadProjectOptions): Promise<LoadedProject> {
  const { directory, files } = await findProjectFiles(options);
  const { project, warnings, locate } = await load(await sourcesOf(options, directory, files));
  return { project, directory, files, warnings, locate };
}

/**
 * Reads the project in a folder as one document, with its variables as they are written.
 * @throws CliError for a folder or file that isn't there; ComposeError for everything wrong in the files
 */
export async function loadProjectDocument(options: LoadProjectOptions): Promise<LoadedDocument> {
  const { directory, files } = await findProjectFiles(options);
  return loadDocument(await sourcesOf(options, directory, files));
}

async function sourcesOf(
  options: LoadProjectOptions,
  directory: string,
  files: readonly string[],
): Promise<LoadOptions> {
  return {
    files: await Promise.all(files.map((file) => readComposeFile(file, options))),
    directory,
    environment: options.environment,
    host: nodeHost(),
    ...(options.projectName === undefined ? {} : { projectName: options.projectName }),
    ...(options.profiles === undefined ? {} : { profiles: [...options.profiles] }),
    ...(options.envFiles?.length ? { envFiles: options.envFiles.map((file) => path.resolve(options.cwd, file)) } : {}),
  };
}

/**
 * A project's folder and compose files, absolute.
 * @throws CliError where there is none
 */
export async function findProjectFiles(
  options: Pick<LoadProjectOptions, "cwd" | "directory" | "files" | "environment">,
): Promise<{ directory: string; files: readonly string[] }> {
  const [first] = options.files ?? [];
  const given = options.directory ?? (first === undefined || first === "-" ? "." : path.dirname(first));
  const directory = path.resolve(options.cwd, given);
  if (!(await stat(directory).catch(() => undefined))?.isDirectory()) {
    throw new CliError("CLI_NOT_A_DIRECTORY", `${given} is not a folder`, {
      hint: "give the folder that holds the compose file",
    });
  }
  const files = options.files?.length
    ? options.files.map((file) => (file === "-" ? file : path.resolve(options.cwd, file)))
    : await findComposeFiles(directory, options.environment);
  if (files.length === 0) {
    throw new CliError("CLI_NO_COMPOSE_FILE", `no compose file in ${given}`, {
      hint: "looked for compose.yaml, compose.yml, docker-compose.yaml and docker-compose.yml; give another name with --file",
    });
  }
  // COMPOSE_FILE may name files of another folder, which is the project's then.
  return { directory: options.files?.length ? directory : path.dirname(files[0] ?? directory), files };
}

/** A compose file as `load` takes it, under the name that messages start with. `-` is what the command is given. */
async function readComposeFile(
  file: string,
  { cwd, readInput }: Pick<LoadProjectOptions, "cwd" | "readInput">,
): Promise<{ name: string; text: string }> {
  if (file === "-") return { name: "-", text: (await readInput?.()) ?? "" };
  // As short as it can be, since every message starts with it.
  const name = path.relative(cwd, file);
  try {
    return { name: name.startsWith("..") ? file : name, text: await readFile(file, "utf8") };
  } catch (cause) {
    throw new CliError("CLI_NO_COMPOSE_FILE", `cannot read ${name}: ${(cause as Error).message}`, { cause });
  }
}
