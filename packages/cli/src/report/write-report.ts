import { randomUUID } from "node:crypto";
import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import type { BuildRecord } from "../build/build-record.ts";
import { CliError } from "../cli-error.ts";
import { reportData } from "./report-data.ts";
import { reportPage } from "./report-page.ts";

/**
 * Sees that a report can be written, before the work that it is about.
 * @throws CliError CLI_CANNOT_WRITE
 */
export async function checkReportFile(file: string): Promise<void> {
  const folder = path.dirname(file);
  if (!(await stat(folder).catch(() => undefined))?.isDirectory()) {
    throw new CliError("CLI_CANNOT_WRITE", `cannot write the report ${file}: there is no folder ${folder}`, {
      hint: "make the folder, or name another one",
    });
  }
  if ((await stat(file).catch(() => undefined))?.isDirectory()) {
    throw new CliError("CLI_CANNOT_WRITE", `cannot write the report ${file}: it is a folder`, {
      hint: "name a file in it",
    });
  }
}

/**
 * Writes a page about a build. Nobody ever sees half of it: it is put in its place when it is whole.
 * @throws CliError CLI_CANNOT_WRITE
 */
export async function writeReport(file: string, record: BuildRecord, end: number): Promise<void> {
  const [style, script] = await Promise.all([asset("report.css"), asset("report.js")]);
  const unfinished = path.join(path.dirname(file), `.${path.basename(file)}.${randomUUID()}`);
  try {
    await writeFile(unfinished, reportPage(reportData(record, end), { style, script }), { flag: "wx" });
    await rename(unfinished, file);
  } catch (cause) {
    await rm(unfinished, { force: true });
    throw new CliError("CLI_CANNOT_WRITE", `cannot write the report ${file}: ${(cause as Error).message}`, { cause });
  }
}

function asset(name: string): Promise<string> {
  return readFile(new URL(`../../assets/${name}`, import.meta.url), "utf8");
}
