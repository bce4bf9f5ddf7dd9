import { existsSync } from "node:fs";
import path from "node:path";
import { isSlipwayError } from "@slipway/errors";
import { StiError } from "../sti-error.ts";
import { gitEnvironment } from "./git-environment.ts";
import { type GitUrl, withoutPassword } from "./git-url.ts";
import { type GitOptions, runGit } from "./run-git.ts";
import type { Commit } from "./source-tree.ts";

/**
 * Clones a repository with its submodules into a folder that does not exist yet, and checks `ref` out.
 * @throws StiError STI_GIT_FAILED, STI_BAD_REQUEST
 */
export async function clone({ url, ref }: GitUrl, folder: string, signal: AbortSignal | undefined): Promise<Commit> {
  if (ref?.startsWith("-")) {
    throw new StiError("STI_BAD_REQUEST", `\`${ref}\` is no git ref`, { hint: "a branch, a tag or a commit" });
  }
  const outside: GitOptions = { environment: gitEnvironment(process.env, url), signal };
  const inside: GitOptions = { ...outside, cwd: folder };
  const place = /^https?:/i.test(url) ? withoutPassword(url) : url;
  const branch = ref === undefined ? [] : ["--branch", ref];
  try {
    await runGit(["clone", "--quiet", "--depth", "1", ...branch, "--", place, folder], outside);
  } catch (error) {
    // A commit is no branch, and some servers know no depth.
    if (!isSlipwayError(error, "STI_GIT_FAILED") || !mayBeCommit(error as StiError, ref)) throw error;
    await runGit(["clone", "--quiet", "--no-checkout", "--", place, folder], outside);
    await checkout(ref ?? "HEAD", place, inside);
  }
  if (existsSync(path.join(folder, ".gitmodules"))) {
    // Submodules of a repository on this disk may be on this disk too; others may not read it.
    const settings = /^file:/i.test(url) ? ["protocol.file.allow=always"] : [];
    await runGit(["submodule", "--quiet", "update", "--init", "--recursive"], inside, settings);
  }
  const shown = await runGit(["log", "-1", "--format=%H%x00%an <%ae>%x00%aI%x00%s"], inside);
  const [id = "", author = "", date = "", message = ""] = shown.trimEnd().split("\0");
  return { id, author, date, message, ref };
}

function mayBeCommit(error: StiError, ref: string | undefined): boolean {
  const said = error.output.join("\n");
  return (
    (ref !== undefined && /Remote branch .* not found/i.test(said)) || /does not support shallow|dumb http/i.test(said)
  );
}

/** Of a whole clone, one commit; it may be one that only the server has a name for. */
async function checkout(ref: string, place: string, inside: GitOptions): Promise<void> {
  const commit =
    (await commitOf(ref, inside)) ?? (await commitOf(`origin/${ref}`, inside)) ?? (await fetchCommit(ref, inside));
  if (commit === undefined) {
    throw new StiError("STI_GIT_FAILED", `${withoutPassword(place)} has no branch, tag or commit \`${ref}\``, {
      hint: `\`git ls-remote ${withoutPassword(place)}\` lists what there is`,
    });
  }
  await runGit(["checkout", "--quiet", "--detach", commit, "--"], inside);
}

async function commitOf(name: string, inside: GitOptions): Promise<string | undefined> {
  try {
    return (await runGit(["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`], inside)).trim();
  } catch (error) {
    if (isSlipwayError(error, "STI_GIT_FAILED")) return undefined;
    throw error;
  }
}

async function fetchCommit(ref: string, inside: GitOptions): Promise<string | undefined> {
  try {
    await runGit(["fetch", "--quiet", "origin", ref], inside);
  } catch (error) {
    const unknown = /couldn't find remote ref|unadvertised object|not our ref|invalid refspec/i;
    if (isSlipwayError(error, "STI_GIT_FAILED") && unknown.test((error as StiError).output.join("\n")))
      return undefined;
    throw error;
  }
  return commitOf("FETCH_HEAD", inside);
}
