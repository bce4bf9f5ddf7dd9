import path from "node:path";
import { asDockerfile, build, type BuildMethod, type BuildRequest, type BuildResult } from "@slipway/sti";
import { Command } from "commander";
import { formatDuration } from "../duration.ts";
import type { Io } from "../io.ts";
import { OptionProblems } from "../option-problems.ts";
import { readVariableFile } from "../read-variable-file.ts";
import { withStiEngine } from "../sti-engine.ts";
import { follow, StiReport } from "../sti-report.ts";
import { reasonLast } from "../reason-last.ts";
import { secretOf } from "./build-flags.ts";
import { collect } from "./project-options.ts";

interface StiBuildOptions {
  readonly clean?: boolean;
  readonly env?: string[];
  readonly envFile?: string[];
  readonly runtime?: string;
  readonly method?: string;
  readonly ref?: string;
  readonly contextDir?: string;
  readonly asDockerfile?: string;
  readonly platform?: string;
  readonly scriptsUrl?: string;
  readonly user?: string;
  readonly allowedUids?: string;
  readonly secret?: string[];
  readonly cache?: string[];
  readonly pull?: string;
  readonly timeout?: string;
  readonly sourceDateEpoch?: string;
  readonly allowOutsideLinks?: boolean;
  readonly removePrevious?: boolean;
  readonly builder?: string;
  readonly emulator?: string;
  readonly registerEmulator?: boolean;
  readonly url?: string;
  readonly dir?: string;
  readonly debug?: boolean;
  readonly json?: boolean;
}

/** `slipway sti build`: an image from a source. */
export function stiBuildCommand(io: Io): Command {
  return new Command("build")
    .description("make a runnable image from a source and a builder image")
    .argument("<source>", "a folder, a file, a tar or zip archive, a git URL, or - for standard input")
    .argument("<builder>", "the builder image")
    .argument("[tag]", "the name of the image that is made; not needed for --as-dockerfile")
    .option("--clean", "without artifacts of the image that has the tag now")
    .option("-e, --env <NAME=value>", "a variable for scripts and image, verbatim; may be given several times", collect)
    .option("-E, --env-file <file>", "variables from a file; may be given several times", collect)
    .option("-R, --runtime <image>", "deploy the result on this image")
    .option("-m, --method <method>", "build, by a Dockerfile, or run, by committing a container (build)")
    .option("--ref <ref>", "the branch, tag or commit of a git source")
    .option("--context-dir <folder>", "the folder in the source that is built")
    .option("--as-dockerfile <file>", "write a Dockerfile, and a folder upload beside it, that make the image instead")
    .option("--platform <platform>", "linux/arm64 and the like")
    .option("--builder <name>", "buildkit or classic (BuildKit where the engine has it)")
    .option("--register-emulator", "register an emulator for the platform with the engine's kernel while it is built")
    .option("--emulator <file>", "the emulator that is registered: a static qemu (the one on the PATH)")
    .option("--scripts-url <url>", "where scripts are in the builder image first: image:///path")
    .option("--user <user>", "who runs the scripts, and the image")
    .option("--allowed-uids <ranges>", "the uids that scripts may run as: 1000-2000,3000-")
    .option("--secret <id=…,src=…>", "a file for prepare only: id=ID,src=FILE or id=ID,env=NAME", collect)
    .option("--cache <folder>", "a folder that is kept from build to build; may be given several times", collect)
    .option("--pull <when>", "when images are pulled: missing, always or never (missing)")
    .option("--timeout <seconds>", "the longest that a script may run")
    .option("--source-date-epoch <seconds>", "no file of the image's own is newer (SOURCE_DATE_EPOCH)")
    .option("--allow-outside-links", "saved artifacts may have links that lead out of their folder")
    .option("--remove-previous", "remove the image that had the tag")
    .option("-U, --url <url>", "where the engine answers: unix:///var/run/docker.sock (as docker finds it)")
    .option("--dir <folder>", "where temporary files are put")
    .option("--debug", "say in detail what is done")
    .option("--json", "print the result as JSON")
    .action((source: string, builder: string, tag: string | undefined, options: StiBuildOptions) =>
      reasonLast(io, async () => {
        const request = await requestOf(io, source, builder, tag, options);
        if (options.asDockerfile === undefined) await runStiBuild(io, request, options);
        else await writeDockerfile(io, request, options.asDockerfile, options);
      }),
    );
}

/** Which engine builds, and how the result is printed. */
interface StiOutput {
  readonly url?: string;
  readonly json?: boolean;
}

/** Builds, and prints what was made. */
export async function runStiBuild(io: Io, request: BuildRequest, { url, json }: StiOutput): Promise<void> {
  const result = await withStiEngine(io, url, async (engine) => {
    const run = build({ ...request, engine });
    const report = new StiReport(io.stderr);
    return follow(run, report);
  });
  io.stdout.write(json ? `${JSON.stringify(result, undefined, 2)}\n` : summary(result));
}

function summary({ tag, imageId, buildImage, incremental, durationMs }: BuildResult): string {
  const how = incremental ? "with the last build's artifacts" : "clean";
  const also = buildImage ? `, artifacts for the next build in ${buildImage.tag}` : "";
  return `${tag}  ${imageId.slice(7, 19)}  ${how}, ${formatDuration(durationMs)}${also}\n`;
}

async function writeDockerfile(io: Io, request: BuildRequest, to: string, { url, json }: StiOutput): Promise<void> {
  const { file } = await withStiEngine(io, url, async (engine) => {
    const run = asDockerfile({ ...request, engine }, path.resolve(io.cwd, to));
    const report = new StiReport(io.stderr);
    return follow(run, report);
  });
  const command = `docker build -f ${file} ${path.dirname(file)}`;
  io.stdout.write(json ? `${JSON.stringify({ file, command }, undefined, 2)}\n` : `${command}\n`);
}

async function requestOf(
  io: Io,
  source: string,
  baseImage: string,
  tag: string | undefined,
  options: StiBuildOptions,
): Promise<BuildRequest> {
  const problems = new OptionProblems();
  if (tag === undefined && options.asDockerfile === undefined) {
    problems.add("the name of the image is missing", "slipway sti build SOURCE BUILDER TAG");
  }
  const given = problems.assignments("--env", options.env ?? []);
  const pull = problems.choice("--pull", options.pull, ["missing", "always", "never"]);
  const builder = problems.choice("--builder", options.builder, ["buildkit", "classic"]);
  const secrets = secretsOf(io, options.secret, problems);
  const timeout = secondsOf("--timeout", options.timeout, problems);
  const epoch = io.env["SOURCE_DATE_EPOCH"] || undefined;
  const sourceDateEpoch =
    secondsOf("--source-date-epoch", options.sourceDateEpoch, problems) ??
    secondsOf("SOURCE_DATE_EPOCH", epoch, problems);
  problems.throwIfAny();
  const environment: Record<string, string> = {};
  for (const file of options.envFile ?? []) Object.assign(environment, await readVariableFile(file, io.cwd));
  Object.assign(environment, given);
  return {
    source: sourceOf(io, source),
    baseImage,
    tag: tag ?? "slipway-sti-dockerfile",
    environment,
    clean: options.clean ?? false,
    runtimeImage: options.runtime,
    // Whatever was written: the library says what it can be.
    ...(options.method === undefined ? {} : { method: options.method as BuildMethod }),
    builder,
    emulation: {
      register: options.registerEmulator,
      ...(options.emulator === undefined ? {} : { emulator: path.resolve(io.cwd, options.emulator) }),
    },
    ref: options.ref,
    contextDir: options.contextDir,
    platform: options.platform,
    scriptsUrl: options.scriptsUrl,
    user: options.user,
    allowedUids: options.allowedUids,
    ...(secrets ? { secrets } : {}),
    ...(options.cache ? { caches: options.cache } : {}),
    pull,
    ...(timeout === undefined ? {} : { scriptTimeoutMs: timeout * 1000 }),
    ...(sourceDateEpoch === undefined ? {} : { sourceDateEpoch }),
    allowOutsideLinks: options.allowOutsideLinks,
    removePrevious: options.removePrevious,
    ...(options.dir === undefined ? {} : { workingDir: path.resolve(io.cwd, options.dir) }),
    debug: options.debug,
    signal: io.signal,
  };
}

/** The secrets that a command line names. */
export function secretsOf(
  io: Io,
  texts: readonly string[] = [],
  problems: OptionProblems,
): BuildRequest["secrets"] | undefined {
  const secrets = texts.flatMap((text) => {
    const secret = secretOf(text, io.cwd, problems);
    return secret ? [secret] : [];
  });
  return secrets.length > 0 ? Object.fromEntries(secrets) : undefined;
}

/** A path starts at the command's folder; what is no path here stays as it is. */
function sourceOf(io: Io, source: string): BuildRequest["source"] {
  if (source === "-") return io.stdin ?? process.stdin;
  const isUrl = /^[a-z][a-z+]*:\/\//i.test(source);
  const isScp = !source.startsWith(".") && !source.startsWith("/") && /^[^/]+:/.test(source);
  return isUrl || isScp ? source : path.resolve(io.cwd, source);
}

function secondsOf(option: string, text: string | undefined, problems: OptionProblems): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  problems.add(`${option} takes seconds, a whole number; read \`${text}\``);
  return undefined;
}
