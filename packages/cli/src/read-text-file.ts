import { readFile } from "node:fs/promises";
import path from "node:path";
import { CliError } from "./cli-error.ts";

/** Reads a file that the command line names. */
export async function readTextFile(file: string, cwd: string): Promise<string> {
  try {
    return await readFile(path.resolve(cwd, file), "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "is not there" : code === "EISDIR" ? "is a folder" : `can't be read (${code})`;
    throw new CliError("CLI_NOT_A_FILE", `${file} ${why}`, { hint: "name a file that can be read", cause });
  }
}
