import path, { posix } from "node:path";
import { type ComposeFile, load } from "@slipway/compose";
import { didYouMean } from "@slipway/errors";
import { CliError } from "../cli-error.ts";
import type { ProjectOptions } from "../commands/project-options.ts";
import type { Io } from "../io.ts";
import { explained, withExcerpts } from "./archive-problems.ts";
import { type BuildInput, dockerfileProject, hasDockerfile } from "./open-input.ts";
import type { ProjectArchive } from "./project-archive.ts";

/** Which archive, and which project in it. */
export interface ArchiveInputOptions extends ProjectOptions {
  /** What messages call the archive. */
  readonly label: string;
  /** The folder that it was made of, or might have been: the project's name is its last part. */
  readonly root: string;
}

const mainNames = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

/** The project in an archive. All files that it refers to are the archive's. */
export async function archiveInput(archive: ProjectArchive, options: ArchiveInputOptions, io: Io): Promise<BuildInput> {
  const { root } = options;
  const inArchive = (file: string): string => path.relative(root, file).split(path.sep).join("/");
  try {
    const { project, warnings } = await load({
      ...(await composeFiles(archive, options)),
      // As with a folder, relative paths start at the first compose file.
      directory: path.join(root, posix.dirname(options.file?.[0] ?? ".")),
      environment: io.env,
      host: {
        readFile: (file) => archive.readText(inArchive(file)),
        list: () => Promise.resolve(topNames(archive.names)),
      },
      signal: io.signal,
      ...(options.projectName === undefined ? {} : { projectName: options.projectName }),
      ...(options.profile === undefined ? {} : { profiles: options.profile }),
    });
    return {
      project,
      warnings: await withExcerpts(warnings, archive),
      source: archive.stream(),
      root,
      explain: (error) => explained(error, archive),
      close: () => archive.close(),
    };
  } catch (error) {
    const told = await explained(error, archive);
    await archive.close();
    throw told;
  }
}

/** The compose files that are named, or one that stands for a Dockerfile alone; none: `load` looks for them itself. */
async function composeFiles(
  archive: ProjectArchive,
  { file, label }: ArchiveInputOptions,
): Promise<{ files?: ComposeFile[] }> {
  if (file?.length) return { files: await Promise.all(file.map((name) => namedFile(archive, name, label))) };
  const names = topNames(archive.names);
  if (names.some((name) => mainNames.includes(name))) return {};
  if (hasDockerfile(names)) return { files: [dockerfileProject()] };
  const deeper = archive.names.find((name) => mainNames.includes(posix.basename(name)));
  const hint =
    deeper === undefined
      ? "looked for compose.yaml, docker-compose.yml and the like, and for a Dockerfile, at the archive's root"
      : `there is ${deeper}: pack what is in that folder (tar -C ${posix.dirname(deeper)} -c .), or give --file ${deeper}`;
  throw new CliError("CLI_NO_COMPOSE_FILE", `no compose file in ${label}`, { hint });
}

async function namedFile(archive: ProjectArchive, name: string, label: string): Promise<ComposeFile> {
  const text = await archive.readText(name);
  if (text !== undefined) return { name, text };
  const near = didYouMean(name, archive.names);
  throw new CliError("CLI_NO_COMPOSE_FILE", `${label} has no file ${name}`, {
    hint: near ? `did you mean ${near}?` : "give a path from the archive's root",
  });
}

function topNames(names: readonly string[]): string[] {
  return [...new Set(names.map((name) => name.split("/")[0] ?? ""))];
}
