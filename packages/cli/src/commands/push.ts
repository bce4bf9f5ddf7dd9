import { writeFile } from "node:fs/promises";
import path from "node:path";
import { toYaml } from "@slipway/compose";
import { pushProject } from "@slipway/release";
import { registryAuthFor } from "@slipway/transport";
import { Command } from "commander";
import { CliError } from "../cli-error.ts";
import { loadFor, withEngine } from "../command-context.ts";
import type { Io } from "../io.ts";
import { type ProjectOptions, withProjectOptions } from "./project-options.ts";

interface PushArguments extends ProjectOptions {
  readonly to?: string;
  readonly tag?: string;
  readonly output?: string;
}

/** `slipway push`: a project's images to any registry, and a compose file that names them by digest. */
export function pushCommand(io: Io): Command {
  return withProjectOptions(new Command("push"))
    .description("push a project's images to a registry, and print a compose file that pins them by digest")
    .option("--to <place>", "a registry's folder, or a pattern: registry.example.com/{project}/{service}")
    .option("-t, --tag <tag>", "the tag to push by (the image's own, or latest)")
    .option("-o, --output <file>", "write the compose file there instead of to stdout")
    .action(async (directory: string | undefined, options: PushArguments) => {
      const { project } = await loadFor(io, directory, options);
      const { to, tag, output } = options;
      const result = await withEngine(io, async (engine) => {
        const run = pushProject(project, {
          engine,
          to,
          tag,
          signal: io.signal,
          registryAuth: (registry) => registryAuthFor(registry, io.env),
        });
        for await (const event of run) {
          if (event.type === "pushed") io.stderr.write(`${event.service} pushed, ${event.digest}\n`);
        }
        return run.result;
      });
      const text = toYaml(result.project);
      if (output === undefined) io.stdout.write(text);
      else await write(output, text, io.cwd);
    });
}

async function write(file: string, text: string, cwd: string): Promise<void> {
  try {
    await writeFile(path.resolve(cwd, file), text);
  } catch (cause) {
    throw new CliError("CLI_CANNOT_WRITE", `${file} cannot be written: ${(cause as Error).message}`, { cause });
  }
}
