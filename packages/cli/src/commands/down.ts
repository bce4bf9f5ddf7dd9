import { down } from "@slipway/up";
import { Command } from "commander";
import { loadFor, withEngine } from "../command-context.ts";
import type { Io } from "../io.ts";
import { type ProjectOptions, withProjectOptions } from "./project-options.ts";

/** `slipway down`: stops and removes what `up` or `live` started. */
export function downCommand(io: Io): Command {
  return withProjectOptions(new Command("down"))
    .description("stop and remove a project's containers and networks")
    .option("-v, --volumes", "remove its volumes too")
    .action(async (directory: string, options: ProjectOptions & { volumes?: boolean }) => {
      const { project } = await loadFor(io, directory, options);
      await withEngine(io, async (engine) => {
        for await (const event of down(project, { engine, volumes: options.volumes, signal: io.signal })) {
          if (event.type === "warning") io.stderr.write(`warning: ${event.message}\n`);
          else if (event.type !== "plan" && event.state === "removed") {
            io.stderr.write(`removed ${event.type} ${event.name}\n`);
          }
        }
      });
    });
}
