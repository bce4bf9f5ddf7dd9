import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import { type ComposeFile, defaultComposition, load, type LoadResult } from "@slipway/compose";
import { findComposeFiles } from "@slipway/compose/node";
import type { Problem } from "@slipway/errors";
import type { ProjectSource } from "@slipway/multibuild";
import { CliError } from "../cli-error.ts";
import type { ProjectOptions } from "../commands/project-options.ts";
import type { Io } from "../io.ts";
import { loadProject } from "../load-project.ts";
import { archiveInput } from "./archive-input.ts";
import { ProjectArchive } from "./project-archive.ts";

/** A project to be built, and where its files come from. */
export interface BuildInput {
  readonly project: LoadResult["project"];
  readonly warnings: readonly Problem[];
  readonly source: ProjectSource;
  /** The folder that an archive was made of, as far as absolute paths of the project go. */
  readonly root: string | undefined;
  /** Where a value of the project was written, of files that are on the disk. */
  readonly locate?: LoadResult["locate"] | undefined;
  /** An error of the build as it is to be told, where it is about files that are not on the disk. */
  explain(error: unknown): unknown;
  close(): Promise<void>;
}

/** How a project is opened. */
export interface InputOptions extends ProjectOptions {
  /** For how long nothing may come of an archive that is streamed. */
  readonly stallTimeoutMs?: number | undefined;
}

/** Of a folder there is nothing to close, and its files can be looked up. */
const ofFolder = {
  root: undefined,
  explain: (error: unknown): unknown => error,
  close: (): Promise<void> => Promise.resolve(),
};

/**
 * Opens what `slipway build` was given: a folder, a tar archive, or `-` for an archive on stdin. What has no compose file
 * but a Dockerfile is a project of one service, `main`.
 */
export async function openInput(given: string | undefined, options: InputOptions, io: Io): Promise<BuildInput> {
  if (given === "-") {
    if (!io.stdin || io.stdin.isTTY) {
      const hint = "pipe one in: tar -c . | slipway build -";
      throw new CliError("CLI_NOT_A_FILE", "there is no archive on stdin", { hint });
    }
    return streamInput(io.stdin, "stdin", options, io);
  }
  const full = path.resolve(io.cwd, given ?? ".");
  const info = given === undefined ? undefined : await stat(full).catch(() => undefined);
  if (info && !info.isDirectory()) {
    const name = given as string;
    // Such as the shell's <(tar -c .).
    if (info.isFIFO()) return streamInput(createReadStream(full), name, options, io);
    if (!info.isFile() || /\.ya?ml$/.test(name)) {
      const hint = info.isFile()
        ? `give a compose file with --file: slipway build -f ${name}`
        : "name a folder, a tar archive of one, or - for an archive on stdin";
      throw new CliError("CLI_NOT_A_DIRECTORY", `${name} is neither a folder nor a tar archive`, { hint });
    }
    const archive = await ProjectArchive.ofFile(full, name, io.signal);
    const root = full.replace(/\.(?:tar|tgz|tar\.gz)$/i, "");
    return archiveInput(archive, { label: name, root, ...options }, io);
  }
  return folderInput(given, full, options, io);
}

/** An archive of the folder that one is in, most likely: the project has its name. */
async function streamInput(stream: Readable, label: string, options: InputOptions, io: Io): Promise<BuildInput> {
  const archive = await ProjectArchive.ofStream(stream, label, io.signal, options.stallTimeoutMs);
  return archiveInput(archive, { label, root: io.cwd, ...options }, io);
}

async function folderInput(
  given: string | undefined,
  full: string,
  options: ProjectOptions,
  io: Io,
): Promise<BuildInput> {
  if (!options.file?.length && (await hasOnlyDockerfile(full))) {
    const { project, warnings } = await load({
      files: [dockerfileProject()],
      directory: full,
      environment: io.env,
      ...(options.projectName === undefined ? {} : { projectName: options.projectName }),
    });
    return { project, warnings, source: { directory: full }, ...ofFolder };
  }
  const { project, warnings, directory, locate } = await loadProject({
    directory: given,
    cwd: io.cwd,
    files: options.file,
    projectName: options.projectName,
    profiles: options.profile,
    environment: io.env,
  });
  return { project, warnings, source: { directory }, locate, ...ofFolder };
}

async function hasOnlyDockerfile(folder: string): Promise<boolean> {
  if ((await findComposeFiles(folder)).length > 0) return false;
  return hasDockerfile(await readdir(folder).catch(() => []));
}

/** The compose file that stands for a Dockerfile alone: without its `version`, as nobody wrote one to be warned of. */
export function dockerfileProject(): ComposeFile {
  return { name: "compose.yaml", text: JSON.stringify({ ...defaultComposition(), version: undefined }) };
}

/** Whether a folder has a Dockerfile, or what one is made from: `Dockerfile.template`, `Dockerfile.aarch64`. */
export function hasDockerfile(names: readonly string[]): boolean {
  return names.some((name) => /^Dockerfile(?:\.(?!dockerignore$).+)?$/.test(name));
}
