import path from "node:path";
import type { Project } from "@slipway/compose";
import { Command } from "commander";
import { buildOptionsOf, loadFor, withEngine } from "../command-context.ts";
import type { Io } from "../io.ts";
import { LiveBoard } from "../live-board.ts";
import type { LiveControl } from "../live-control.ts";
import { describePlan, describeRules, dryRun } from "../live-dry-run.ts";
import { keyHelp, readKeys } from "../live-keys.ts";
import { LiveReport } from "../live-report.ts";
import { liveProject } from "../live-session.ts";
import { ServiceLines } from "../service-lines.ts";
import { type BuildCommandOptions, withBuildOptions, withProjectOptions } from "./project-options.ts";

/** `slipway live`: runs a project and pushes changes of its files into the running containers. */
export function liveCommand(io: Io): Command {
  return withBuildOptions(withProjectOptions(new Command("live")))
    .description("build and run a project, and push every change of its files into the running containers")
    .option("--keep", "leave the containers running at the end")
    .option("--json", "print the session's events as JSON, a line each")
    .option("--dry-run <file...>", "print what a change of these files would do, without building or running anything")
    .argument("[services...]", "the services to run (all)")
    .action(async (directory: string, services: string[], options: LiveCommandOptions) => {
      const { project, directory: root, files } = await loadFor(io, directory, options);
      if (options.dryRun) return printDryRun(io, project, options.dryRun, options.json === true);
      await withEngine(io, async (engine) => {
        const names = namesOf(project, services);
        const { keep, json } = options;
        const board = !json && io.stdout.isTTY ? new LiveBoard(io.stdout, names, keyHelp) : undefined;
        const report = new LiveReport(board ? { stdout: board } : io, names, board);
        const quit = new AbortController();
        let stopKeys = (): void => undefined;
        const onControl = (control: LiveControl): void => {
          if (!board) return;
          const onPause = (paused: boolean): void => board.pause(paused);
          stopKeys = readKeys(process.stdin, control, () => quit.abort(), onPause);
        };
        const signal = AbortSignal.any([io.signal, quit.signal]);
        const chosen = services.length > 0 ? { services } : {};
        const how = { ...buildOptionsOf(options), ...chosen, engine, directory: root, files, keep, signal, onControl };
        try {
          for await (const event of liveProject(project, how)) {
            if (json) io.stdout.write(`${JSON.stringify(event, plainErrors)}\n`);
            else report.event(event);
          }
        } finally {
          stopKeys();
          board?.close();
        }
      });
      io.signal.throwIfAborted();
    });
}

interface LiveCommandOptions extends BuildCommandOptions {
  readonly keep?: boolean;
  readonly json?: boolean;
  readonly dryRun?: string[];
}

/** The services that run: those that were chosen, or all, and what they depend on. */
function namesOf(project: Project, chosen: readonly string[]): string[] {
  const wanted = new Set(chosen.length > 0 ? chosen : Object.keys(project.services));
  for (const name of wanted) {
    for (const needed of Object.keys(project.services[name]?.depends_on ?? {})) wanted.add(needed);
  }
  return Object.keys(project.services).filter((name) => wanted.has(name));
}

async function printDryRun(io: Io, project: Project, files: readonly string[], json: boolean): Promise<void> {
  const runs = await dryRun(
    project,
    files.map((file) => path.resolve(io.cwd, file)),
  );
  const lines = new ServiceLines(
    io.stdout,
    runs.map(({ service }) => service),
  );
  for (const run of runs) {
    if (json) io.stdout.write(`${JSON.stringify(run)}\n`);
    else {
      const described = "plan" in run ? describePlan(run.plan) : describeRules(run.rules);
      for (const line of described) lines.line(run.service, line);
    }
  }
}

/** JSON has no form of its own for errors. */
function plainErrors(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const { code, hint } = value as { code?: string; hint?: string };
  return { code, message: value.message, hint };
}
