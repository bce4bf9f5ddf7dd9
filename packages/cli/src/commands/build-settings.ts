import path from "node:path";
import { type BuildProjectOptions, platformOf } from "@slipway/multibuild";
import { didYouMean } from "@slipway/errors";
import type { Command } from "commander";
import { checkTagPattern } from "../build/tag-pattern.ts";
import type { Io } from "../io.ts";
import { OptionProblems } from "../option-problems.ts";
import { parseDuration } from "../parse-duration.ts";
import { type ProgressMode, progressModes } from "../build/progress.ts";
import { type BuildFlags, buildFlagsOf, withBuildFlags } from "./build-flags.ts";
import { buildArgsOf } from "./build-args.ts";
import { type BuildCommandOptions, collect, withBuildOptions } from "./project-options.ts";

/** The options of `slipway build` as they are typed. */
export interface BuildArguments extends BuildCommandOptions, BuildFlags {
  readonly service?: string[];
  readonly platform?: string;
  readonly engine?: string[];
  readonly push?: boolean;
  readonly tag?: string[];
  readonly timeout?: string;
  readonly concurrency?: string;
  readonly retries?: string;
  readonly failFast?: boolean;
  readonly keepGoing?: boolean;
  readonly progress?: string;
  readonly report?: string;
  readonly json?: boolean;
}

/** What `slipway build` is to do. */
export interface BuildSettings {
  readonly how: Omit<BuildProjectOptions, "signal" | "root">;
  /** The engines' addresses; none: the one that is found. */
  readonly engines: readonly string[];
  readonly tags: readonly string[];
  readonly push: boolean;
  readonly progress: ProgressMode;
  /** Where the report goes, absolute. */
  readonly report: string | undefined;
  /** Whether the images are printed as JSON. */
  readonly json: boolean;
}

/** Adds the options of `slipway build`. */
export function withBuildSettings(command: Command): Command {
  const service = command.option("-s, --service <name>", "only this service; may be given several times", collect);
  return withBuildFlags(withBuildOptions(service.optionsGroup("How to build:")))
    .option("--platform <platform>", "what services that name no platform are built for: linux/arm64")
    .optionsGroup("Where and how many:")
    .option("--engine <host>", "build on this engine: unix://…, tcp://…, ssh://…; several share the services", collect)
    .option("--timeout <duration>", "how long a service may take, and an archive on stdin stand still: 90s, 5m")
    .option("--concurrency <n>", "how many services are built at once, on each engine (8)")
    .option("--retries <n>", "how often a service is tried again after a fault of the network (2)")
    .option("--fail-fast", "end the others when one service fails")
    .option("--keep-going", "let the others go on when one service fails (the default)")
    .optionsGroup("What comes of it:")
    .option("--push", "push the images once all are built")
    .option("-t, --tag <pattern>", "a name more for each image: registry.example.com/{project}/{service}:1", collect)
    .option("--progress <how>", "auto, tty, plain or json: a live view, lines, or events as JSON on stdout (auto)")
    .option("--report <file.html>", "write a page with the timeline and the logs of all steps")
    .option("--json", "print the images as JSON");
}

/** Engines' own names for them are known too. */
const architectures = ["rpi", "armv7hf", "aarch64", "amd64", "i386"];
const platform = /^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9.]+)?$/;

/**
 * Reads the options of `slipway build`.
 * @throws CliError CLI_BAD_OPTION, with everything that is wrong in them
 */
export function readBuildSettings(given: BuildArguments, io: Pick<Io, "cwd" | "stderr">): BuildSettings {
  const problems = new OptionProblems();
  const { builder, buildOptions } = buildFlagsOf(given, io.cwd, problems);
  const timeoutMs = given.timeout === undefined ? undefined : parseDuration(given.timeout);
  if (given.timeout !== undefined && timeoutMs === undefined) {
    problems.add(`--timeout takes a duration, such as 90s, 5m or 1h30m; read \`${given.timeout}\``);
  }
  if (given.platform !== undefined && !platform.test(given.platform)) {
    problems.add(`--platform takes os/architecture[/variant], such as linux/arm64; read \`${given.platform}\``);
  }
  if (given.arch !== undefined && platformOf(given.arch) === undefined) {
    const near = didYouMean(given.arch, architectures);
    const all = `${architectures.slice(0, -1).join(", ")} or ${architectures.at(-1)}`;
    problems.add(`--arch takes ${all}; read \`${given.arch}\``, near && `did you mean \`${near}\`?`);
  }
  if (given.failFast && given.keepGoing) problems.add("--fail-fast and --keep-going are each other's opposite");
  const progress = problems.choice("--progress", given.progress, progressModes) ?? "auto";
  if (progress === "tty" && !io.stderr.isTTY) {
    problems.add(
      "--progress tty needs a terminal, and stderr is none",
      "take plain, or auto, which takes what there is",
    );
  }
  if (given.json && progress === "json") {
    problems.add("--json and --progress json both write to stdout", "take one; the last event has the images too");
  }
  if (given.report === "") problems.add("--report takes the name of a file");
  for (const host of given.engine ?? []) if (host.trim() === "") problems.add("--engine takes an engine's address");
  for (const pattern of given.tag ?? []) checkTagPattern(pattern, problems);
  const settings: BuildSettings = {
    how: {
      services: given.service && [...new Set(given.service)],
      architecture: given.arch,
      deviceType: given.deviceType,
      platform: given.platform,
      buildArgs: buildArgsOf(given.buildArg ?? [], problems),
      noCache: given.cache === false,
      pull: given.pull ?? false,
      builder,
      buildOptions,
      timeoutMs,
      concurrency: problems.count("--concurrency", given.concurrency, 1),
      retries: problems.count("--retries", given.retries, 0),
      failFast: given.failFast ?? false,
    },
    engines: [...new Set(given.engine)],
    tags: [...new Set(given.tag)],
    push: given.push ?? false,
    progress,
    report: given.report === undefined ? undefined : path.resolve(io.cwd, given.report),
    json: given.json ?? false,
  };
  problems.throwIfAny();
  return settings;
}
