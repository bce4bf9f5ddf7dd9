import { connect } from "@slipway/transport";
import { down } from "@slipway/up";
import { Command } from "commander";
import type { Io } from "../io.ts";
import { loadProject } from "../load-project.ts";
import { type ProjectOptions, withProjectOptions } from "./project-options.ts";

/** `slipway down`: stops and removes what `up` or `live` started. */
export function downCommand(io: Io): Command {
  return withProjectOptions(new Command("down"))
    .description("stop and remove a project's containers and networks")
    .option("-v, --volumes", "remove its volumes too")
    .action(async (directory: string, options: ProjectOptions & { volumes?: boolean }) => {
      const { project } = await loadProject({
        directory,
        cwd: io.cwd,
        files: options.file,
        projectName: options.projectName,
        profiles: options.profile,
        environment: io.env,
      });
      const engine = await connect({ environment: io.env, signal: io.signal });
      try {
        const run = down(project, { engine, volumes: options.volumes, signal: io.signal });
        for await (const event of run) {
          if ("name" in event && event.state === "removed") io.stderr.write(`removed ${event.type} ${event.name}\n`);
          else if (event.type === "warning") io.stderr.write(`warning: ${event.message}\n`);
        }
      } finally {
        engine.close();
      }
    });
}
