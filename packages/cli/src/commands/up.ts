import { up } from "@slipway/up";
import { Command } from "commander";
import { BuildFailedError } from "../build-failed-error.ts";
import { BuildReport } from "../build-report.ts";
import { buildServices, failures } from "../build-services.ts";
import { buildOptionsOf, loadFor, withEngine } from "../command-context.ts";
import type { Io } from "../io.ts";
import { UpReport } from "../up-report.ts";
import { type BuildCommandOptions, withBuildOptions, withProjectOptions } from "./project-options.ts";

/** `slipway up`: builds and runs a project, and returns once all of it runs. */
export function upCommand(io: Io): Command {
  return withBuildOptions(withProjectOptions(new Command("up")))
    .description("build a project and run it in the background; `slipway down` ends it")
    .option("--json", "print the containers as JSON")
    .action(async (directory: string, options: BuildCommandOptions & { json?: boolean }) => {
      const { project, directory: root, files } = await loadFor(io, directory, options);
      const services = Object.keys(project.services);
      const result = await withEngine(io, async (engine) => {
        const report = new BuildReport(io.stderr, services);
        const how = { ...buildOptionsOf(options), engine, directory: root, signal: io.signal };
        const built = await buildServices(project, how, (event) => report.event(event));
        const failed = failures(built);
        if (failed.length > 0) throw new BuildFailedError(failed);
        const run = up(project, { engine, directory: root, files, signal: io.signal });
        const upReport = new UpReport(io.stderr, services);
        for await (const event of run) upReport.event(event);
        const done = await run.result;
        upReport.ready(done);
        return done;
      });
      if (options.json) io.stdout.write(`${JSON.stringify(result.containers, undefined, 2)}\n`);
    });
}
