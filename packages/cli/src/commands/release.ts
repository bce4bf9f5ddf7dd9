import { imageDescriptors, toBalena } from "@slipway/compose/balena";
import {
  type ApiClient,
  create,
  fail,
  finalize,
  fleetOf,
  listReleases,
  type Release,
  releaseOf,
  tag,
  userOf,
} from "@slipway/release";
import { Command } from "commander";
import { CliError } from "../cli-error.ts";
import { loadFor } from "../command-context.ts";
import type { Io } from "../io.ts";
import { readAssignments } from "../read-assignments.ts";
import { type ApiArguments, openApi, withApiOptions } from "../release/api-access.ts";
import { type ProjectOptions, withProjectOptions } from "./project-options.ts";

/** `slipway release`: what a cloud has of releases, and changes of it. */
export function releaseCommand(io: Io): Command {
  const command = new Command("release").description("list and change the releases of a fleet");
  for (const make of [list, record, makeFinal, markFailed, addTags]) command.addCommand(make(io));
  return command;
}

interface JsonOption {
  readonly json?: boolean;
}

function list(io: Io): Command {
  return withApiOptions(new Command("list").argument("<fleet>", "organisation/fleet, its name, or its id"))
    .description("the latest releases of a fleet, the newest first")
    .option("-n, --limit <n>", "how many (20)")
    .option("--json", "print as JSON")
    .action(async (fleet: string, options: ApiArguments & JsonOption & { limit?: string }) => {
      const limit = options.limit === undefined ? undefined : Number(options.limit);
      if (limit !== undefined && !(Number.isInteger(limit) && limit > 0)) {
        throw new CliError("CLI_BAD_OPTION", `--limit takes a whole number from 1 on; read \`${options.limit}\``);
      }
      const client = await openApi(options, io);
      const { signal } = io;
      const releases = await listReleases(client, (await fleetOf(client, fleet, { signal })).id, { limit, signal });
      io.stdout.write(options.json ? json(releases) : releases.map(asLine).join(""));
    });
}

function record(io: Io): Command {
  return withApiOptions(
    withProjectOptions(new Command("create").argument("<fleet>", "organisation/fleet, its name, or its id")),
  )
    .description("record a release that is running, and print where its images are to be pushed to, as JSON")
    .requiredOption("--commit <id>", "what names its source, in at most 40 characters")
    .option("--semver <version>", "its version, as 1.2.3")
    .option("--final", "final from the start; else it is a draft")
    .action(
      async (
        fleet: string,
        directory: string | undefined,
        options: ApiArguments & ProjectOptions & { commit: string; semver?: string; final?: boolean },
      ) => {
        const loaded = await loadFor(io, directory, options);
        const project = toBalena(loaded.project, { locate: loaded.locate });
        const client = await openApi(options, io);
        const { signal } = io;
        const [{ id: application }, user] = await Promise.all([
          fleetOf(client, fleet, { signal }),
          userOf(client, { signal }),
        ]);
        const { release, serviceImages } = await create({
          client,
          signal,
          user,
          application,
          composition: project,
          source: "slipway",
          commit: options.commit,
          semver: options.semver,
          is_final: options.final ?? false,
          imgDescriptors: imageDescriptors(project),
        });
        const images = Object.entries(serviceImages).map(
          ([service, { id, is_stored_at__image_location: location }]) => ({
            service,
            id,
            location,
          }),
        );
        io.stdout.write(json({ id: release.id, commit: release.commit, version: release.raw_version, images }));
      },
    );
}

function makeFinal(io: Io): Command {
  return onRelease(io, "finalize", "make a draft final", (client, id) => finalize(client, id, io));
}

function markFailed(io: Io): Command {
  return onRelease(io, "fail", "mark a release failed", (client, id) => fail(client, id, io));
}

function addTags(io: Io): Command {
  const command = new Command("tag")
    .argument("<id>", "the release's id")
    .argument("<name=value...>", "tags; one that is there gets the new value");
  return withApiOptions(command)
    .description("tag a release")
    .action(async (id: string, tags: string[], options: ApiArguments) => {
      const wanted = readAssignments(tags, "a tag");
      await change(io, id, options, (client, release) => tag(client, release, wanted, io));
    });
}

function onRelease(
  io: Io,
  name: string,
  description: string,
  act: (client: ApiClient, id: number) => Promise<void>,
): Command {
  return withApiOptions(new Command(name).argument("<id>", "the release's id"))
    .description(description)
    .action((id: string, options: ApiArguments) => change(io, id, options, act));
}

/** The API takes changes of releases that aren't there for done, so that one is looked for first. */
async function change(
  io: Io,
  given: string,
  options: ApiArguments,
  act: (client: ApiClient, id: number) => Promise<void>,
): Promise<void> {
  if (!/^\d{1,15}$/.test(given)) {
    const hint = "slipway release list FLEET shows them";
    throw new CliError("CLI_BAD_OPTION", `a release's id is a number; read \`${given}\``, { hint });
  }
  const client = await openApi(options, io);
  const { id } = await releaseOf(client, Number(given), { signal: io.signal });
  await act(client, id);
  io.stdout.write(asLine(await releaseOf(client, id, { signal: io.signal })));
}

function asLine({ id, commit, status, raw_version, is_final, created_at }: Release): string {
  const fields = [id, status, raw_version ?? "", is_final ? "final" : "draft", commit, created_at ?? ""];
  return `${fields.join("  ").trimEnd()}\n`;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
