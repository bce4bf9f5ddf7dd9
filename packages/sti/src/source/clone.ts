import { existsSync } from "node:fs";
import path from "node:path";
import { isSlipwayError } from "@slipway/errors";
import { StiError } from "../sti-error.ts";
import type { GitUrl } from "./git-url.ts";
import { runGit } from "./run-git.ts";
import type { Commit } from "./source-tree.ts";

/**
 * Clones a repository with its submodules into a folder that does not exist yet, and checks `ref` out.
 * @throws StiError STI_GIT_FAILED, STI_BAD_REQUEST
 */
export async function clone({ url, ref }: GitUrl, folder: string, signal: AbortSignal | undefined): Promise<Commit> {
  if (ref?.startsWith("-")) {
    throw new StiError("STI_BAD_REQUEST", `\`${ref}\` is no git ref`, { hint: "a branch, a tag or a commit" });
  }
  await fetch(url, ref, folder, signal);
  if (existsSync(path.join(folder, ".gitmodules"))) {
    // Submodules of a repository on this disk may be on this disk too; others may not read it.
    const local = /^file:/i.test(url) ? ["-c", "protocol.file.allow=always"] : [];
    await runGit([...local, "submodule", "--quiet", "update", "--init", "--recursive"], { cwd: folder, signal });
  }
  const shown = await runGit(["log", "-1", "--format=%H%x00%an <%ae>%x00%aI%x00%s"], { cwd: folder, signal });
  const [id = "", author = "", date = "", message = ""] = shown.trimEnd().split("\0");
  return { id, author, date, message, ref };
}

async function fetch(
  url: string,
  ref: string | undefined,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const branch = ref === undefined ? [] : ["--branch", ref];
  try {
    await runGit(["clone", "--quiet", "--depth", "1", ...branch, "--", url, folder], { signal });
  } catch (error) {
    // A commit is no branch, and some servers know no depth.
    if (!isSlipwayError(error, "STI_GIT_FAILED") || !mayBeCommit(error as StiError, ref)) throw error;
    await runGit(["clone", "--quiet", "--no-checkout", "--", url, folder], { signal });
    await runGit(["checkout", "--quiet", "--detach", ref ?? "HEAD", "--"], { cwd: folder, signal });
  }
}

function mayBeCommit(error: StiError, ref: string | undefined): boolean {
  const said = error.output.join("\n");
  return (
    (ref !== undefined && /Remote branch .* not found/i.test(said)) || /does not support shallow|dumb http/i.test(said)
  );
}
