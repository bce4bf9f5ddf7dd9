import { Command } from "commander";
import { BuildFailedError } from "../build-failed-error.ts";
import { BuildReport } from "../build-report.ts";
import { buildServices, failures } from "../build-services.ts";
import { buildOptionsOf, loadFor, withEngine } from "../command-context.ts";
import { formatDuration } from "../duration.ts";
import type { Io } from "../io.ts";
import { buildFlagsOf, type BuildFlags, withBuildFlags } from "./build-flags.ts";
import { type BuildCommandOptions, collect, withBuildOptions, withProjectOptions } from "./project-options.ts";

/** `slipway build`: all images of a project. */
export function buildCommand(io: Io): Command {
  return withBuildFlags(withBuildOptions(withProjectOptions(new Command("build"))))
    .description("build a project's images, all services in parallel")
    .option("-s, --service <name>", "only this service; may be given several times", collect)
    .option("--json", "print the images as JSON")
    .action(
      async (directory: string, options: BuildCommandOptions & BuildFlags & { service?: string[]; json?: boolean }) => {
        const flags = buildFlagsOf(options, io.cwd);
        const { project, directory: root } = await loadFor(io, directory, options);
        const built = await withEngine(io, async (engine) => {
          const services = options.service ?? Object.keys(project.services);
          const report = new BuildReport(io.stderr, services);
          const how = { ...buildOptionsOf(options), ...flags, engine, directory: root, services, signal: io.signal };
          return buildServices(project, how, (event) => report.event(event));
        });
        const failed = failures(built);
        if (failed.length > 0) throw new BuildFailedError(failed);
        const images = [...built].map(([service, { image }]) => ({
          service,
          image: image.name,
          id: image.imageId,
          durationMs: image.endTime - image.startTime,
          cachedSteps: image.build?.steps.filter((step) => step.cached).length,
          steps: image.build?.steps.length,
        }));
        io.stdout.write(options.json ? `${JSON.stringify(images, undefined, 2)}\n` : table(images));
      },
    );
}

interface Row {
  readonly service: string;
  readonly image: string;
  readonly durationMs: number;
  readonly cachedSteps: number | undefined;
  readonly steps: number | undefined;
}

function table(images: readonly Row[]): string {
  const rows = images.map(({ service, image, durationMs, steps, cachedSteps }) => [
    service,
    image,
    formatDuration(durationMs),
    steps === undefined ? "from its registry" : `${cachedSteps} of ${steps} steps cached`,
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ")}\n`).join("");
}
