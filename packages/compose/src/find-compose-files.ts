import { readdir, readFile } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import { composeFileNames } from "./compose-file-names.ts";
import { parseDotenv } from "./environment/parse-dotenv.ts";

/**
 * The compose files of a folder, each with the folder's path before it: those that COMPOSE_FILE names, in
 * `environment` or in the folder's `.env`, otherwise the one of the usual name and the override file beside it. Empty if
 * the folder has none or doesn't exist.
 */
export async function findComposeFiles(
  directory: string,
  environment: Readonly<Record<string, string | undefined>> = {},
): Promise<string[]> {
  const names = await namesIn(directory);
  const variables = names.includes(".env") ? await variablesOf(join(directory, ".env"), environment) : new Map();
  const variable = (name: string): string | undefined => environment[name] ?? variables.get(name);
  const listed = variable("COMPOSE_FILE");
  if (listed)
    return listed.split(variable("COMPOSE_PATH_SEPARATOR") || delimiter).map((file) => resolve(directory, file));
  return composeFileNames(names).map((name) => join(directory, name));
}

async function variablesOf(
  path: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<ReadonlyMap<string, string>> {
  if (/^(?:1|t|true)$/i.test(environment["COMPOSE_DISABLE_ENV_FILE"] ?? "")) return new Map();
  return parseDotenv(await readFile(path, "utf8"), (name) => environment[name]).variables;
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw error;
  }
}
