import path, { posix } from "node:path";
import type { Problem } from "@slipway/errors";
import type { MultibuildErrorCode } from "./multibuild-error.ts";

/** A build context's place, and what is wrong with it. */
export interface ContextPath {
  readonly context: string;
  readonly problem?: Problem<MultibuildErrorCode> | undefined;
}

/** A build context as a folder of this machine. */
export function directoryContext(context: string, directory: string): ContextPath {
  return isRemote(context) ? remote(context) : { context: path.resolve(directory, context) };
}

/**
 * A build context as a path in an archive: relative, `.` for its root.
 *
 * @param context relative to the archive's root, or absolute
 * @param root the folder that the archive was made of, for absolute contexts; empty if it is not known
 */
export function archiveContext(context: string, root: string): ContextPath {
  if (isRemote(context)) return remote(context);
  if (posix.isAbsolute(context) && root === "") {
    return {
      context,
      problem: {
        code: "MULTIBUILD_CONTEXT_OUTSIDE",
        message: `the build context \`${context}\` is an absolute path, which says nothing about a place in the archive`,
        hint: "say by `root` which folder the archive was made of, or give a relative path",
      },
    };
  }
  const relative = posix.isAbsolute(context) ? posix.relative(root, context) : posix.normalize(context);
  const trimmed = relative.replace(/\/+$/, "");
  if (trimmed === ".." || trimmed.startsWith("../")) {
    return {
      context: trimmed,
      problem: {
        code: "MULTIBUILD_CONTEXT_OUTSIDE",
        message: `the build context \`${context}\` lies outside the project's folder${root === "" ? "" : ` ${root}`}, so the archive does not have it`,
        hint: "make the archive of a folder that holds all contexts, and say so by `root`, or move the context",
      },
    };
  }
  return { context: trimmed === "" ? "." : trimmed };
}

/** Whether a context is fetched from elsewhere, as docker tells it: a repository, or a URL. */
function isRemote(context: string): boolean {
  return /^(?:https?|git|ssh):\/\/|^git@|^github\.com\//.test(context);
}

function remote(context: string): ContextPath {
  return {
    context,
    problem: {
      code: "MULTIBUILD_UNSUPPORTED",
      message: `the build context \`${context}\` is not a folder`,
      hint: "clone it, and name the folder as `build.context`",
    },
  };
}
