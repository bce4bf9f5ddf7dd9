import { apiClient, type ApiClient } from "@slipway/release";
import type { Command } from "commander";
import { CliError } from "../cli-error.ts";
import type { Io } from "../io.ts";
import { readTextFile } from "../read-text-file.ts";

/** The options that say where the API is, and who we are to it. */
export interface ApiArguments {
  readonly api?: string;
  readonly tokenFile?: string;
}

/** Adds them to a command. A token itself is none of them: other users of the machine see command lines. */
export function withApiOptions(command: Command): Command {
  return command
    .option("--api <url>", "the cloud's API, as https://api.example.com; without it SLIPWAY_API_URL")
    .option("--token-file <file>", "a file with the token; without it SLIPWAY_API_TOKEN, or SLIPWAY_API_TOKEN_FILE");
}

/**
 * The API that the options or the environment name.
 * @throws CliError CLI_NO_API where one of the two is missing; ReleaseError for an address that is none
 */
export async function openApi({ api, tokenFile }: ApiArguments, io: Pick<Io, "cwd" | "env">): Promise<ApiClient> {
  const { SLIPWAY_API_URL, SLIPWAY_API_TOKEN, SLIPWAY_API_TOKEN_FILE } = io.env;
  const url = api ?? SLIPWAY_API_URL;
  if (!url) {
    const hint = "give its address with --api, or in SLIPWAY_API_URL";
    throw new CliError("CLI_NO_API", "it isn't known which cloud to release to", { hint });
  }
  // What the command line says goes before the environment.
  const file = tokenFile ?? (SLIPWAY_API_TOKEN ? undefined : SLIPWAY_API_TOKEN_FILE);
  const token = (file ? await readTextFile(file, io.cwd) : SLIPWAY_API_TOKEN)?.trim();
  if (!token) {
    const from = file ? `${file} is empty` : "there is no token for the cloud";
    throw new CliError("CLI_NO_API", from, { hint: "put it into a file, and name that with --token-file" });
  }
  return apiClient({ url, token });
}
