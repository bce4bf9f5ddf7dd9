import { formatProblem, isSlipwayError, type Problem, SlipwayError } from "@slipway/errors";
import type { ProjectArchive } from "./project-archive.ts";

/**
 * An error about files of an archive, with its excerpts in it: whoever prints it would look for those files on the disk,
 * and may find others. Any other error as it is.
 */
export async function explained(error: unknown, archive: ProjectArchive): Promise<unknown> {
  if (!isSlipwayError(error) || error.problems.every(({ range }) => range?.file === undefined)) return error;
  const problems = await withExcerpts(error.problems, archive);
  const { code, message, hint, range } = error;
  return new SlipwayError(code, message, { problems, hint, range, cause: error });
}

/** Problems of an archive's files, likewise. */
export function withExcerpts<Code extends string>(
  problems: readonly Problem<Code>[],
  archive: ProjectArchive,
): Promise<Problem<Code>[]> {
  return Promise.all(
    problems.map(async ({ range, hint, ...problem }) => {
      const told = hint === undefined ? {} : { hint };
      if (range?.file === undefined) return { ...problem, ...told, ...(range ? { range } : {}) };
      const text = await archive.readText(range.file).catch(() => undefined);
      const { severity: _, ...plain } = problem;
      return { ...problem, ...told, message: formatProblem({ ...plain, range }, text) };
    }),
  );
}
