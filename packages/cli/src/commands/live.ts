import { Command } from "commander";
import { buildOptionsOf, loadFor, withEngine } from "../command-context.ts";
import type { Io } from "../io.ts";
import { LiveReport } from "../live-report.ts";
import { liveProject } from "../live-session.ts";
import { type BuildCommandOptions, withBuildOptions, withProjectOptions } from "./project-options.ts";

/** `slipway live`: runs a project and pushes changes of its files into the running containers. */
export function liveCommand(io: Io): Command {
  return withBuildOptions(withProjectOptions(new Command("live")))
    .description("build and run a project, and push every change of its files into the running containers")
    .option("--keep", "leave the containers running at the end")
    .option("--json", "print the session's events as JSON, a line each")
    .action(async (directory: string, options: BuildCommandOptions & { keep?: boolean; json?: boolean }) => {
      const { project, directory: root, files } = await loadFor(io, directory, options);
      await withEngine(io, async (engine) => {
        const report = new LiveReport(io, Object.keys(project.services));
        const { keep, json } = options;
        const how = { ...buildOptionsOf(options), engine, directory: root, files, keep, signal: io.signal };
        for await (const event of liveProject(project, how)) {
          if (json) io.stdout.write(`${JSON.stringify(event, plainErrors)}\n`);
          else report.event(event);
        }
      });
      io.signal.throwIfAborted();
    });
}

/** JSON has no form of its own for errors. */
function plainErrors(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const { code, hint } = value as { code?: string; hint?: string };
  return { code, message: value.message, hint };
}
