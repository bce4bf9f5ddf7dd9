import type { FileToPut } from "./updater.ts";
import { shellQuote } from "./shell-quote.ts";

/** Up to this many bytes a file's content is part of a script. */
export const mostInScript: number = 16 * 1024;

/** Where a file is written before it takes its place: what a script that failed or was cut off left here must be removed. */
export const beingWritten: string = "/.slipway-new";

/**
 * Writes one file and puts it into its place at once, in as few processes as can be: each costs as much as all the rest.
 * Its folder must be there. Where this fails, the file's place is as it was, and an archive might still do.
 */
export function writeScript({ name, mode = 0o644, uid = 0, gid = 0, mtime }: FileToPut, content: Buffer): string {
  const target = shellQuote(name);
  // A folder, or a link to one, would be moved into.
  const steps = [`[ ! -d ${target} ]`, `printf ${shellQuote(printable(content))} >${beingWritten}`];
  if (uid !== 0 || gid !== 0) steps.push(`chown ${uid}:${gid} ${beingWritten}`);
  if ((mode & ~0o666) !== 0) steps.push(`chmod ${mode.toString(8)} ${beingWritten}`);
  if (mtime) steps.push(`touch -d @${Math.floor(mtime.getTime() / 1000)} ${beingWritten}`);
  steps.push(`exec mv -f ${beingWritten} ${target}`);
  return `umask ${(0o666 & ~mode).toString(8)}\n${steps.join(" && ")}`;
}

/** Bytes as a format of printf. */
function printable(content: Buffer): string {
  return content
    .toString("latin1")
    .replaceAll(/[^ !"#$&(-[\]-~\n]/g, (byte) => `\\${byte.charCodeAt(0).toString(8).padStart(3, "0")}`);
}
