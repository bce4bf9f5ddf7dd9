import type { Problem, SourceRange } from "@slipway/errors";
import type { ComposeErrorCode } from "./compose-error.ts";
import type { ComposeHost } from "./compose-host.ts";
import { FileTable } from "./environment/file-table.ts";
import type { Project } from "./model/project.ts";
import type { Service } from "./model/service.ts";
import { composeFileNames } from "./compose-file-names.ts";
import { plainValue } from "./parse/plain-value.ts";
import { isRemote } from "./paths/is-remote.ts";
import { displayNames } from "./paths/display-names.ts";
import { isAbsolutePath, resolvePath } from "./paths/posix-path.ts";
import { ParsedFiles } from "./pipeline/parsed-files.ts";
import { type PreparedProject, runPipeline } from "./pipeline/run-pipeline.ts";
import { ProblemList } from "./problem-list.ts";

/** A compose file in memory. */
export interface ComposeFile {
  /** What its user knows it by: problems start with it. */
  readonly name: string;
  readonly text: string;
}

/** What a project is loaded from. */
export interface LoadOptions {
  /**
   * In order: later files go over earlier ones. A name alone is read by the host, relative to the folder. Without files
   * and text, the host looks for the usual names in the folder.
   */
  readonly files?: readonly (ComposeFile | string)[];
  /** A single compose file, known as `compose.yaml`. */
  readonly text?: string;
  /** Instead of the name that the project would have: COMPOSE_PROJECT_NAME, `name:`, or the folder's. */
  readonly projectName?: string;
  /** The project's folder, absolute: relative paths start there. Without it they stay relative. */
  readonly directory?: string;
  /** The variables that the files may refer to; they win over those of `.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Files with variables instead of the folder's `.env`, later ones over earlier ones. Relative to the folder. */
  readonly envFiles?: readonly string[];
  /** The active profiles, `*` for all; otherwise those of COMPOSE_PROFILES. */
  readonly profiles?: readonly string[];
  /** Gives the files that the project refers to. */
  readonly host?: ComposeHost;
  readonly signal?: AbortSignal;
}

/** A project, and what is to be said about it. */
export interface LoadResult {
  readonly project: Project;
  /** Services that are left out because none of their profiles is active. Their env files are not read. */
  readonly disabled: Readonly<Record<string, Service>>;
  readonly warnings: readonly Problem<ComposeErrorCode>[];
  /** Where the value at these keys was written, as in `["services", "web", "ports", 0]`. */
  readonly locate: (keys: readonly (string | number)[]) => SourceRange | undefined;
}

/** A project's files as one. */
export interface LoadedDocument {
  readonly document: Readonly<Record<string, unknown>>;
  readonly warnings: readonly Problem<ComposeErrorCode>[];
}

/**
 * Loads a project: parse, interpolate, include, extend, merge, validate, long forms, defaults, paths, names, profiles,
 * consistency, env files. The files are those given and those that `host` reads for them; no engine is asked.
 * @throws ComposeError with everything that is wrong, in all files
 */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const { prepared, problems, table } = await prepare(options, false);
  for (;;) {
    const output = prepared.finish();
    if (table.wanted.length > 0) await readWanted(table, options);
    else problems.throwIfAny();
    if (output) return { ...output, warnings: problems.warnings };
  }
}

/**
 * Loads several files as one document in which variables stay as they are written: what is included and extended is in
 * it, and what has a short form is in its long one where it can be read without its variables.
 * @throws ComposeError with everything that is wrong, in all files
 */
export async function loadDocument(options: LoadOptions): Promise<LoadedDocument> {
  const { prepared, problems } = await prepare(options, true);
  problems.throwIfAny();
  return { document: plainValue(prepared.document) as Record<string, unknown>, warnings: problems.warnings };
}

interface Preparation {
  readonly prepared: PreparedProject;
  readonly problems: ProblemList;
  readonly table: FileTable;
}

/** Runs the pipeline until no file is missing. */
async function prepare(options: LoadOptions, verbatim: boolean): Promise<Preparation> {
  const { host, directory = "" } = options;
  const files = await givenFiles(options);
  const table = new FileTable(host !== undefined);
  const parsed = new ParsedFiles();
  const displayName = displayNames(directory, files[0]?.name);
  for (;;) {
    options.signal?.throwIfAborted();
    const problems = new ProblemList();
    const input = {
      files: files.map((file) => ({
        path: isAbsolutePath(file.name) ? file.name : resolvePath(directory, baseOf(file.name)),
        documents: parsed.parse(file.name, file.text, problems).documents,
      })),
      explicitName: options.projectName,
      fallbackName: undefined,
      directory,
      environment: definedVariables(options.environment),
      profiles: options.profiles,
      envFiles: options.envFiles,
      readsDotenv: host !== undefined && directory !== "",
    };
    if (files.length === 0) problems.error("COMPOSE_EMPTY", "there is no compose file");
    else if (!problems.hasErrors && input.files.every((file) => file.documents.length === 0)) {
      problems.error("COMPOSE_EMPTY", `${files.map((file) => file.name).join(", ")} is empty`);
    }
    const prepared = runPipeline(input, { problems, files: table, parsed, displayName, verbatim });
    if (prepared) return { prepared, problems, table };
    await readWanted(table, options);
  }
}

/** Of a machine's files only so many may be open, and a project may have an env file for each of thousands of services. */
const readAtOnce = 32;

async function readWanted(table: FileTable, { host, signal }: LoadOptions): Promise<void> {
  if (!host) return;
  const { wanted } = table;
  for (let next = 0; next < wanted.length; next += readAtOnce) {
    signal?.throwIfAborted();
    await Promise.all(wanted.slice(next, next + readAtOnce).map((path) => answer(path, table, host)));
  }
}

async function answer(path: string, table: FileTable, host: ComposeHost): Promise<void> {
  if (isRemote(path)) table.redirect(path, await host.resolve?.(path));
  else table.give(path, await host.readFile(path));
}

async function givenFiles({ files, text, host, directory = "" }: LoadOptions): Promise<readonly ComposeFile[]> {
  const given: readonly (ComposeFile | string)[] = [
    ...(files ?? []),
    ...(text === undefined ? [] : [{ name: "compose.yaml", text }]),
  ];
  const wanted = given.length > 0 || !host?.list ? given : composeFileNames(await host.list(directory));
  const problems = new ProblemList();
  const read = await Promise.all(
    wanted.map(async (file) => {
      if (typeof file !== "string") return file;
      const content = await host?.readFile(resolvePath(directory, file));
      if (content !== undefined) return { name: file, text: content };
      problems.error(
        "COMPOSE_FILE_NOT_FOUND",
        `compose file ${file} ${host ? "does not exist" : "cannot be read without a host"}`,
      );
      return { name: file, text: "" };
    }),
  );
  problems.throwIfAny();
  return read;
}

function baseOf(name: string): string {
  return name.split("/").at(-1) ?? name;
}

function definedVariables(environment: LoadOptions["environment"] = {}): ReadonlyMap<string, string> {
  return new Map(Object.entries(environment).filter((pair): pair is [string, string] => pair[1] !== undefined));
}
