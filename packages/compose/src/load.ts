import type { Problem } from "@slipway/errors";
import { ComposeError, type ComposeErrorCode } from "./compose-error.ts";
import type { ComposeHost } from "./compose-host.ts";
import { parseDotenv } from "./dotenv.ts";
import { type Environment, interpolate } from "./interpolate.ts";
import { merge } from "./merge.ts";
import { normalise } from "./normalise.ts";
import { baseName, joinPath } from "./paths.ts";
import type { LoadResult, Project, Service } from "./project.ts";
import type { EnvFile } from "./service-fields.ts";
import { checkProjectName, nameFromDirectory } from "./project-name.ts";
import { readProject } from "./read-project.ts";
import { readYaml } from "./read-yaml.ts";
import { nodeOf, type YamlNode } from "./yaml-node.ts";

/** What to load. */
export interface LoadOptions {
  /** The compose files; a later one lies over the earlier ones. */
  readonly files: readonly { readonly name: string; readonly text: string }[];
  /** The project's name; else COMPOSE_PROJECT_NAME, the last file's `name:`, the folder's name. */
  readonly projectName?: string;
  /** The project's folder, absolute: paths are below it, and its `.env` is read. */
  readonly directory?: string;
  /** Variables; they win over `.env`. */
  readonly environment?: Environment;
  /** Profiles that are switched on; COMPOSE_PROFILES without. */
  readonly profiles?: readonly string[];
  /** Gives the files that are named: `.env` and env files. None without. */
  readonly host?: ComposeHost;
}

/**
 * Loads a project from its compose files.
 * @throws ComposeError with every problem of all files, each with its place
 */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const { directory, host } = options;
  const own = options.environment ?? {};
  const file = directory === undefined ? undefined : await host?.readFile(joinPath(directory, ".env"));
  const environment = file === undefined ? own : { ...parseDotenv(file, (name) => own[name]), ...definedOnly(own) };
  const profiles = options.profiles ?? (environment["COMPOSE_PROFILES"] ?? "").split(",").filter(Boolean);
  const result = assemble(() => options.files.map(({ name, text }) => [readYaml(text, name)]).flat(), {
    environment,
    profiles,
    directory,
    projectName: options.projectName,
  });
  const problems: Problem<ComposeErrorCode>[] = [];
  const services: Record<string, Service> = {};
  for (const [name, service] of Object.entries(result.project.services)) {
    const envFiles = result.envFiles.get(name) ?? [];
    services[name] = await withEnvFiles(service, envFiles, environment, directory, host, problems);
  }
  ComposeError.throwAll(problems);
  return { project: { ...result.project, services }, warnings: result.warnings };
}

/**
 * Normalises a composition that is at hand, as text or as a plain object. Reads no file, so env files stay unread;
 * paths stay as they are written.
 * @throws ComposeError
 */
export function normalize(
  raw: string | object,
  options: { readonly projectName?: string; readonly environment?: Environment } = {},
): Project {
  return assemble(() => [typeof raw === "string" ? readYaml(raw, "compose.yaml") : nodeOf(raw)], {
    environment: options.environment ?? {},
    profiles: [],
    directory: undefined,
    projectName: options.projectName ?? "default",
    preferOwnName: options.projectName === undefined,
  }).project;
}

interface AssembleOptions {
  readonly environment: Environment;
  readonly profiles: readonly string[];
  readonly directory: string | undefined;
  readonly projectName: string | undefined;
  readonly preferOwnName?: boolean;
}

function assemble(
  readDocuments: () => (YamlNode | undefined)[],
  options: AssembleOptions,
): LoadResult & { readonly envFiles: ReadonlyMap<string, readonly EnvFile[]> } {
  const { environment, directory } = options;
  const problems: Problem<ComposeErrorCode>[] = [];
  const warnings: Problem<ComposeErrorCode>[] = [];
  let document: YamlNode | undefined;
  for (const read of readDocuments()) {
    if (!read) continue;
    const filled = interpolate(read, environment, problems, warnings);
    document = document ? merge(document, filled) : filled;
  }
  const { name: ownName, ...read } = readProject(document, problems, warnings);
  const given = options.preferOwnName
    ? (ownName ?? options.projectName)
    : (options.projectName ?? environment["COMPOSE_PROJECT_NAME"]);
  const name = given || ownName || (directory === undefined ? "default" : nameFromDirectory(baseName(directory)));
  const project = normalise(
    name,
    read,
    { directory, home: environment["HOME"], profiles: options.profiles, document },
    problems,
  );
  ComposeError.throwAll(problems);
  checkProjectName(name);
  const envFiles = new Map(Object.entries(read.services).map(([key, service]) => [key, service.env_file ?? []]));
  return { project, warnings, envFiles };
}

async function withEnvFiles(
  service: Service,
  envFiles: readonly EnvFile[],
  environment: Environment,
  directory: string | undefined,
  host: ComposeHost | undefined,
  problems: Problem<ComposeErrorCode>[],
): Promise<Service> {
  const fromFiles: Record<string, string> = {};
  for (const { path, required } of envFiles) {
    const full = directory === undefined ? path : joinPath(directory, path);
    const text = await host?.readFile(full);
    if (text !== undefined)
      Object.assign(
        fromFiles,
        parseDotenv(text, (name) => environment[name]),
      );
    else if (required) {
      problems.push({
        code: "COMPOSE_FILE_NOT_FOUND",
        message: `service \`${service.name}\`: the env file ${path} does not exist`,
        hint: "create it, or mark it with `required: false`",
        path: `services.${service.name}.env_file`,
      });
    }
  }
  const own = Object.entries(service.environment).map(([name, value]): [string, string | null] => {
    // A name alone takes its value from outside.
    return [name, value ?? environment[name] ?? fromFiles[name] ?? null];
  });
  return { ...service, environment: { ...fromFiles, ...Object.fromEntries(own) } };
}

function definedOnly(environment: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
