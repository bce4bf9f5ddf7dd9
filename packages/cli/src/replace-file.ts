import { rename, rm, stat, writeFile } from "node:fs/promises";
import { CliError } from "./cli-error.ts";

/** Writes a file so that it is never seen half written; the mode of one that was there stays. */
export async function replaceFile(file: string, text: string): Promise<void> {
  const existing = await stat(file).catch(() => undefined);
  if (existing && !existing.isFile()) {
    await writeFile(file, text); // a pipe, or /dev/stdout
    return;
  }
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, text, existing ? { mode: existing.mode } : {});
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true });
    const { code } = cause as NodeJS.ErrnoException;
    throw new CliError("CLI_CANNOT_WRITE", `${file} can't be written (${code})`, { cause });
  }
}
