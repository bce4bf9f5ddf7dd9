import path from "node:path";
import { transpose, type TransposeWay } from "@slipway/emulate";
import { Command, Option } from "commander";
import type { Io } from "../io.ts";
import { readAssignments } from "../read-assignments.ts";
import { readInputText } from "../command-context.ts";
import { replaceFile } from "../replace-file.ts";
import { collect } from "./project-options.ts";

interface TransposeCommandOptions {
  readonly qemu: string;
  readonly containerQemu: string;
  readonly way: TransposeWay;
  readonly buildArg?: string[];
  readonly output?: string;
}

/** `slipway transpose`: rewrites a Dockerfile so that an emulator runs its RUN instructions. */
export function transposeCommand(io: Io): Command {
  return new Command("transpose")
    .description("rewrite a Dockerfile so that its RUN instructions run under an emulator that knows -execve")
    .argument("<file>", "the Dockerfile; - for stdin")
    .requiredOption("--qemu <path>", "the emulator's file; its place in the build context is the same")
    .requiredOption("--container-qemu <path>", "where the emulator is in a container: an absolute path")
    .addOption(
      new Option("--way <way>", "how it gets there: a COPY in each stage, or a mount of BuildKit, which leaves nothing")
        .choices(["copy", "mount"])
        .default("copy"),
    )
    .option("--build-arg <name=value>", "a build argument; may be given several times", collect)
    .option("-o, --output <file>", "where to write the result (standard output)")
    .action(async (file: string, options: TransposeCommandOptions) => {
      const result = transpose(await readInputText(file, io), {
        hostQemu: options.qemu,
        containerQemu: options.containerQemu,
        way: options.way,
        buildArgs: readAssignments(options.buildArg ?? [], "--build-arg"),
        file: file === "-" ? "stdin" : file,
      });
      if (options.output === undefined) io.stdout.write(result);
      else await replaceFile(path.resolve(io.cwd, options.output), result);
    });
}
