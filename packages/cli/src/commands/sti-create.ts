import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { builderFiles } from "@slipway/sti";
import { parseReference } from "@slipway/transport";
import { Command } from "commander";
import { CliError } from "../cli-error.ts";
import type { Io } from "../io.ts";
import { reasonLast } from "../reason-last.ts";

/** `slipway sti create`: the beginnings of a builder image. */
export function stiCreateCommand(io: Io): Command {
  return new Command("create")
    .description("write the beginnings of a builder image, with tests")
    .argument("<dir>", "the folder to write to; it is made if need be, and has to be empty")
    .option("--name <image>", "the builder image's name (the folder's)")
    .option("--from <image>", "the image that it is made from", "slipway-base/busybox:1")
    .action((directory: string, options: { name?: string; from: string }) =>
      reasonLast(io, async () => {
        const folder = path.resolve(io.cwd, directory);
        const name = options.name === undefined ? nameOf(folder) : checkedName(options.name);
        const files = builderFiles({ name, from: options.from });
        await refuseFull(folder);
        try {
          for (const { path: file, text, executable } of files) {
            await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
            await writeFile(path.join(folder, file), text, { mode: executable ? 0o755 : 0o644 });
          }
        } catch (cause) {
          throw new CliError("CLI_CANNOT_WRITE", `${folder} can't be written: ${(cause as Error).message}`, { cause });
        }
        io.stdout.write(files.map((file) => `${path.join(directory, file.path)}\n`).join(""));
      }),
    );
}

/** A folder's name, as far as images may be called like it. */
function nameOf(folder: string): string {
  const plain = path.basename(folder).toLowerCase();
  const words = plain.split(/[^a-z0-9]+/).filter((word) => word !== "");
  return [...words, "builder"].join("-");
}

function checkedName(name: string): string {
  try {
    parseReference(name);
    return name;
  } catch (cause) {
    const { message, hint } = cause as CliError;
    throw new CliError("CLI_BAD_OPTION", `--name: ${message}`, { cause, ...(hint === undefined ? {} : { hint }) });
  }
}

async function refuseFull(folder: string): Promise<void> {
  const there = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw new CliError("CLI_NOT_A_DIRECTORY", `${folder} is no folder (${error.code})`, { cause: error });
  });
  if (there.length === 0) return;
  throw new CliError("CLI_CANNOT_WRITE", `${folder} is not empty`, { hint: "name a folder that is not there yet" });
}
