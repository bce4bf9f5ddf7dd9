import { toBalena } from "@slipway/compose/balena";
import { deploy, type DeployOptions, type DeployResult } from "@slipway/release";
import { registryAuthFor } from "@slipway/transport";
import { Command } from "commander";
import { BuildRecord } from "../build/build-record.ts";
import { connectEngines } from "../build/connect-engines.ts";
import { type BuildInput, openInput } from "../build/open-input.ts";
import { openProgress } from "../build/open-progress.ts";
import { type ProgressMode, progressModes } from "../build/progress.ts";
import type { Io } from "../io.ts";
import { OptionProblems } from "../option-problems.ts";
import { printWarnings } from "../print-error.ts";
import { type ApiArguments, openApi, withApiOptions } from "../release/api-access.ts";
import { deployEvents } from "../release/deploy-events.ts";
import { buildArgsOf } from "./build-args.ts";
import { type BuildFlags, buildFlagsOf, withBuildFlags } from "./build-flags.ts";
import { type BuildCommandOptions, collect, withBuildOptions, withFileOptions } from "./project-options.ts";

interface DeployArguments extends ApiArguments, BuildCommandOptions, BuildFlags {
  readonly file?: string[];
  readonly platform?: string;
  readonly engine?: string[];
  readonly draft?: boolean;
  readonly semver?: string;
  readonly note?: string;
  readonly tag?: string[];
  readonly commit?: string;
  readonly progress?: string;
  readonly json?: boolean;
}

const examples = `
Examples:
  slipway deploy my-org/my-fleet                       the project in this folder
  slipway deploy my-org/my-fleet --draft --semver 1.2.3 --tag ci=42
  slipway deploy my-org/my-fleet --arch aarch64 --commit "$(git rev-parse HEAD)"
                                                       a deploy of a commit that was cut off is gone on with

The token comes from a file or the environment; the command line would show it to everybody on this machine.`;

/** `slipway deploy`: builds a project, pushes its images and records the release. */
export function deployCommand(io: Io): Command {
  const command = new Command("deploy")
    .argument("<fleet>", "the fleet: organisation/fleet, its name, or its id")
    .argument("[dir|file.tar|-]", "the project: a folder, a tar archive of one, or - for an archive on stdin");
  const where = withApiOptions(withFileOptions(command)).option(
    "--engine <host>",
    "build on this engine; several share the services",
    collect,
  );
  return withBuildFlags(withBuildOptions(where.optionsGroup("How to build:")))
    .option("--platform <platform>", "what services that name no platform are built for: linux/arm64")
    .optionsGroup("The release:")
    .option("--draft", "leave it a draft, to be made final later")
    .option("--semver <version>", "its version, as 1.2.3")
    .option("--note <text>", "a note on it")
    .option("-t, --tag <name=value>", "a tag on it; may be given several times", collect)
    .option("--commit <id>", "what names its source, in at most 40 characters (a random one)")
    .optionsGroup("What is shown:")
    .option("--progress <how>", "auto, tty, plain or json (auto)")
    .option("--json", "print the release as JSON")
    .description("build a project, push its images, and record them as a release of a fleet")
    .addHelpText("after", examples)
    .action(async (fleet: string, given: string | undefined, options: DeployArguments) => {
      const problems = new OptionProblems();
      const progress = problems.choice("--progress", options.progress, progressModes) ?? "auto";
      const build = buildOf(options, io, problems);
      const tags = options.tag && problems.assignments("--tag", options.tag);
      problems.throwIfAny();
      const client = await openApi(options, io);
      const input = await openInput(given, options, io);
      try {
        printWarnings(input.warnings, io);
        // `deploy` refuses the same, but doesn't know where it was written.
        toBalena(input.project, { locate: input.locate });
        const about = {
          draft: options.draft,
          semver: options.semver,
          note: options.note,
          commit: options.commit,
          tags,
        };
        const result = await run(
          input,
          { fleet, api: { client }, build, ...about },
          options.engine ?? [],
          progress,
          io,
        );
        io.stdout.write(options.json ? `${JSON.stringify(result, undefined, 2)}\n` : asText(result));
      } finally {
        await input.close();
      }
    });
}

function buildOf(options: DeployArguments, io: Io, problems: OptionProblems): DeployOptions["build"] {
  const { builder, buildOptions } = buildFlagsOf(options, io.cwd, problems);
  return {
    architecture: options.arch,
    deviceType: options.deviceType,
    platform: options.platform,
    buildArgs: buildArgsOf(options.buildArg ?? [], problems),
    noCache: options.cache === false,
    pull: options.pull ?? false,
    builder,
    // What `docker login` has, asked for as a build touches a registry.
    buildOptions: { registryAuth: (registry) => registryAuthFor(registry, io.env), ...buildOptions },
  };
}

async function run(
  input: BuildInput,
  options: Omit<DeployOptions, "source" | "engines" | "signal">,
  hosts: readonly string[],
  mode: ProgressMode,
  io: Io,
): Promise<DeployResult> {
  const { engines } = await connectEngines([...new Set(hosts)], io);
  const record = new BuildRecord(input.project.name, Object.keys(input.project.services), Date.now(), false);
  const progress = openProgress(mode, io, record);
  try {
    const build = { ...options.build, root: input.root };
    const { source } = input;
    const deployed = deploy(input.project, { ...options, build, source, engines, signal: io.signal });
    for await (const happened of deployed) {
      for (const event of deployEvents(happened, Date.now())) {
        record.add(event);
        progress.event(event);
      }
    }
    return await deployed.result;
  } finally {
    progress.close();
    for (const engine of engines) engine.close();
  }
}

function asText({ release, images }: DeployResult): string {
  const version = release.raw_version ? ` ${release.raw_version}` : "";
  const lines = Object.entries(images).map(
    ([service, { digest, there }]) => `  ${service} ${digest}${there ? " (was there)" : ""}`,
  );
  return [`release ${release.id}${version}, commit ${release.commit}, ${release.status}`, ...lines, ""].join("\n");
}
