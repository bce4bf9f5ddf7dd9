import { access, constants } from "node:fs/promises";
import type { BuildOptions } from "@slipway/build";
import { Command } from "commander";
import { BuildFailedError } from "../build-failed-error.ts";
import { BuildRecord } from "../build/build-record.ts";
import { type BuildOutcome, runBuild } from "../build/build-session.ts";
import { imageToJson } from "../build/built-image.ts";
import type { CommandEvent } from "../build/command-event.ts";
import { type ConnectedEngines, connectEngines } from "../build/connect-engines.ts";
import { imageTable } from "../build/image-table.ts";
import { JsonProgress } from "../build/json-progress.ts";
import { type BuildInput, openInput } from "../build/open-input.ts";
import { openProgress } from "../build/open-progress.ts";
import { PushFailedError } from "../build/push-failed-error.ts";
import { checkNames } from "../build/push-names.ts";
import { errorToJson } from "../error-to-json.ts";
import type { Io } from "../io.ts";
import { OptionProblems } from "../option-problems.ts";
import { printError, printWarnings } from "../print-error.ts";
import { checkReportFile, writeReport } from "../report/write-report.ts";
import { type BuildArguments, type BuildSettings, readBuildSettings, withBuildSettings } from "./build-settings.ts";
import { withFileOptions } from "./project-options.ts";

const examples = `
Examples:
  slipway build                                        the project in this folder
  slipway build -s web -s api                          two of its services
  slipway build --arch aarch64 --device-type raspberrypi4-64
                                                       for another machine than the engine's
  tar -c . | slipway build -                           an archive on stdin; also FILE.tar and FILE.tar.gz
  slipway build --secret id=npm,src=.npmrc --build-arg MODE=release
  slipway build --engine ssh://me@arm.example.com --engine unix:///var/run/docker.sock
                                                       each service where its platform runs natively
  slipway build --push -t registry.example.com/{project}/{service}:{arch}
  slipway build --report build.html                    a page with the timeline and all logs

--tag knows {service}, {project}, {arch}, {device-type} and {id}.
A folder or archive without a compose file, but with a Dockerfile, is a project of one service, main.`;

/** `slipway build`: all images of a project. */
export function buildCommand(io: Io): Command {
  const command = new Command("build").argument(
    "[dir|file.tar|-]",
    "the project: a folder, a tar archive of one (or .tar.gz), or - for an archive on stdin; this folder without",
  );
  return withBuildSettings(withFileOptions(command))
    .description("build a project's images, all services in parallel")
    .addHelpText("after", examples)
    .action(async (given: string | undefined, options: BuildArguments & { file?: string[] }) => {
      const settings = readBuildSettings(options, io);
      const json = settings.progress === "json" ? new JsonProgress(io.stdout) : undefined;
      let outcome: ShownOutcome;
      try {
        outcome = await buildGiven(given, options, settings, io);
      } catch (error) {
        json?.line(Date.now(), { type: "result", successful: false, images: [], error: errorToJson(error) });
        throw error;
      }
      const { images, pushFailures, reportError } = outcome;
      const failed = images.filter(({ image }) => !image.successful);
      const successful = failed.length + pushFailures.length === 0;
      if (json) json.line(Date.now(), { type: "result", successful, images: images.map(imageToJson) });
      else if (settings.json) io.stdout.write(`${JSON.stringify(images.map(imageToJson), undefined, 2)}\n`);
      else io.stdout.write(imageTable(images, io.stdout));
      if (reportError !== undefined && !successful) printError(reportError, io);
      if (failed.length > 0) {
        const failures = failed.map(({ image: { serviceName: service, error, dockerfile } }) => ({
          service,
          error,
          dockerfile,
        }));
        throw new BuildFailedError(failures, io.cwd);
      }
      if (pushFailures.length > 0) throw new PushFailedError(pushFailures);
      if (reportError !== undefined) throw reportError;
    });
}

async function buildGiven(
  given: string | undefined,
  options: { file?: string[] },
  settings: BuildSettings,
  io: Io,
): Promise<ShownOutcome> {
  if (settings.report !== undefined) await checkReportFile(settings.report);
  const input = await openInput(given, { ...options, stallTimeoutMs: settings.how.timeoutMs }, io);
  try {
    printWarnings(input.warnings, io);
    const services = settings.how.services ?? Object.keys(input.project.services);
    const problems = new OptionProblems();
    checkNames(input.project, services, settings, problems);
    await checkSecrets(settings.how.buildOptions, io.env, problems);
    problems.throwIfAny();
    const connected = await connectEngines(settings.engines, io);
    try {
      return await show(input, settings, connected, services, io);
    } finally {
      for (const engine of connected.engines) engine.close();
    }
  } catch (error) {
    throw await input.explain(error);
  } finally {
    await input.close();
  }
}

/** What became of a build that was shown. */
interface ShownOutcome extends BuildOutcome {
  /** Why the report could not be written: what was built is told all the same. */
  readonly reportError: unknown;
}

/** Once for all services, and before any of them is built. */
async function checkSecrets(
  { secrets = {}, ssh = {} }: Pick<BuildOptions, "secrets" | "ssh"> = {},
  environment: Io["env"],
  problems: OptionProblems,
): Promise<void> {
  for (const [id, source] of Object.entries(secrets)) {
    if ("env" in source && environment[source.env] === undefined) {
      problems.add(`--secret id=${id}: the variable ${source.env} is not set`, "set it");
    }
    if (!("file" in source)) continue;
    await access(source.file, constants.R_OK).catch((error: Error) =>
      problems.add(`--secret id=${id}: ${error.message}`, "name a file that can be read"),
    );
  }
  for (const [id, source] of Object.entries(ssh)) {
    if (source !== "agent" || environment["SSH_AUTH_SOCK"]) continue;
    problems.add(`--ssh ${id}: there is no agent, as SSH_AUTH_SOCK is not set`, "start ssh-agent, or give keys");
  }
}

/** Builds while showing how it goes, and writes the report, however it ends. */
async function show(
  input: BuildInput,
  settings: BuildSettings,
  { engines, lost }: ConnectedEngines,
  services: readonly string[],
  io: Io,
): Promise<ShownOutcome> {
  const record = new BuildRecord(input.project.name, services, Date.now(), settings.report !== undefined);
  const progress = openProgress(settings.progress, io, record);
  const onEvent = (event: CommandEvent): void => {
    record.add(event);
    progress.event(event);
  };
  let outcome: BuildOutcome;
  try {
    for (const event of lost) onEvent({ time: Date.now(), ...event });
    outcome = await runBuild({ input, settings, engines, io, onEvent });
  } catch (error) {
    record.error = error;
    progress.close();
    const reportError = await report(settings.report, record);
    // It must not hide why the build ended.
    if (reportError !== undefined) printError(reportError, io);
    throw error;
  }
  progress.close();
  return { ...outcome, reportError: await report(settings.report, record) };
}

/** @returns why it could not be written */
async function report(file: string | undefined, record: BuildRecord): Promise<unknown> {
  if (file === undefined) return undefined;
  try {
    await writeReport(file, record, Date.now());
    return undefined;
  } catch (error) {
    return error;
  }
}
