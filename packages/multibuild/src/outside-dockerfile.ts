import { readFile } from "node:fs/promises";
import path from "node:path";
import type { BuildTask } from "./build-task.ts";
import { MultibuildError } from "./multibuild-error.ts";

/**
 * A task of a folder whose Dockerfile may lie anywhere: one outside of the context is taken for one that stands in the
 * composition, as it cannot be among the files that are sent. Absolute paths into the context become relative ones.
 *
 * @throws {MultibuildError} `MULTIBUILD_UNRESOLVED` if there is none
 */
export async function withOutsideDockerfile(task: BuildTask): Promise<BuildTask> {
  const { dockerfilePath: given, context = ".", dockerfileInline } = task;
  if (given === undefined || dockerfileInline !== undefined) return task;
  const file = path.resolve(context, given);
  const within = path.relative(context, file);
  const isOutside = within === ".." || within.startsWith(`..${path.sep}`) || path.isAbsolute(within);
  if (!isOutside) return path.isAbsolute(given) ? { ...task, dockerfilePath: toPosix(within) } : task;
  const { dockerfilePath: _, ...rest } = task;
  try {
    return { ...rest, dockerfileInline: await readFile(file, "utf8") };
  } catch (cause) {
    throw new MultibuildError(
      "MULTIBUILD_UNRESOLVED",
      `service ${task.serviceName}: cannot read the Dockerfile ${file}: ${(cause as Error).message}`,
      { cause, hint: "correct `build.dockerfile`, which counts from the build context" },
    );
  }
}

function toPosix(name: string): string {
  return name.replaceAll(path.sep, "/");
}
