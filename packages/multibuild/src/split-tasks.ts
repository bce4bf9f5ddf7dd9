import type { Readable } from "node:stream";
import { type SplitContext, splitTar } from "@slipway/context";
import type { BuildMetadata } from "./build-metadata.ts";
import type { BuildTask } from "./build-task.ts";
import { asContextImage } from "./context-image.ts";
import { contractOf } from "./contract.ts";
import { isMetadata, metadataFolders } from "./metadata-folder.ts";
import { MultibuildError } from "./multibuild-error.ts";
import { readBuildMetadata } from "./read-build-metadata.ts";
import { splitFiles } from "./split-files.ts";

/** How to read an archive. */
export interface SplitTasksOptions {
  /** How much is kept in memory, in bytes, before a temporary file takes the rest. Default: 2 MiB. */
  readonly memoryLimit?: number | undefined;
  /** How long the archive's stream may give nothing, in milliseconds, before it is given up. Default: for ever. */
  readonly stallTimeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Reads an archive and gives each task its part of it. The archive is destroyed if there are no tasks to be had. */
export async function splitTasks(
  makeTasks: () => BuildTask[],
  buildStream: Readable,
  options: SplitTasksOptions,
): Promise<BuildTask[]> {
  // The stream may fail while nothing reads it yet.
  buildStream.on("error", () => undefined);
  let tasks: BuildTask[];
  try {
    tasks = makeTasks();
  } catch (error) {
    buildStream.destroy();
    throw error;
  }
  const built = tasks.filter((task) => !task.external);
  const parts = [
    // The project's metadata lies at the archive's root, and is part of no build.
    ...built.map(({ serviceName, context = "." }) => ({
      id: partOf(serviceName),
      context,
      except: context === "." ? isMetadata : undefined,
    })),
    ...metadataFolders.map((context) => ({ id: context, context })),
  ];
  const split = await splitTar(buildStream, parts, options);
  const waiting = new Set(built.map(({ serviceName }) => serviceName));
  const release = async (serviceName: string): Promise<void> => {
    if (waiting.delete(serviceName) && waiting.size === 0) await split.close();
  };
  try {
    refuseEmpty(built, split);
    const buildMetadata = await metadataOf(split);
    const own = await Promise.all(
      tasks.map(async (task): Promise<BuildTask> => {
        if (task.external) return { ...task, buildMetadata };
        const { serviceName, context = "." } = task;
        const files = splitFiles(split.part(partOf(serviceName)), context, split, () => release(serviceName));
        if (task.helper) return { ...asContextImage(task, files), buildMetadata };
        const contract = await contractOf(task, files).catch((error: unknown) => {
          files.stream.destroy();
          throw error;
        });
        const contracted = contract === undefined ? task : { ...task, contract };
        return { ...contracted, buildMetadata, files, buildStream: files.stream };
      }),
    );
    if (built.length === 0) await split.close();
    return own;
  } catch (error) {
    await split.close();
    throw error;
  }
}

/** Lets go of the files of tasks that are not going to be built. */
export async function releaseTasks(tasks: readonly BuildTask[]): Promise<void> {
  for (const task of tasks) {
    task.buildStream?.destroy();
    await task.files?.close();
  }
}

function partOf(serviceName: string): string {
  return `service ${serviceName}`;
}

function refuseEmpty(built: readonly BuildTask[], split: SplitContext): void {
  MultibuildError.throwAll(
    built
      .filter((task) => split.part(partOf(task.serviceName)).isEmpty)
      .map(({ serviceName, context = "." }) => ({
        code: "MULTIBUILD_CONTEXT_EMPTY" as const,
        message: `service ${serviceName}: the archive has nothing in the folder \`${context}\``,
        hint: "correct `build.context`, or put the folder into the archive; if it is a link, name the folder itself",
        path: `services.${serviceName}.build.context`,
      })),
  );
}

async function metadataOf(split: SplitContext): Promise<BuildMetadata> {
  const files = new Map<string, Buffer>();
  for (const folder of metadataFolders) {
    for (const { name, content } of split.part(folder)) {
      const path = `${folder}/${name}`;
      if (content && isMetadata(path)) files.set(path, await contentOf(content.open()));
    }
  }
  return readBuildMetadata(files);
}

async function contentOf(content: AsyncIterable<Buffer> | Buffer): Promise<Buffer> {
  if (Buffer.isBuffer(content)) return content;
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}
