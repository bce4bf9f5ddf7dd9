import { createWriteStream } from "node:fs";
import { chmod, link, mkdir, mkdtemp, realpath, rename, rm, symlink, utimes } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { EntryToPack, TarHeader } from "@slipway/context";
import { uploads } from "./dockerfile-text.ts";
import { StiError } from "./sti-error.ts";

/** Where a build context must not come from, and when to stop. */
export interface WriteContextOptions {
  /** The source's folder: what is written into it is not to become part of it. */
  readonly root: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * Writes a Dockerfile, and a folder `upload` beside it. All is written into a folder of its own first, so that a failure
 * leaves nothing.
 * @throws StiError STI_CREATE_DOCKERFILE_FAILED, STI_BAD_SOURCE; the signal's reason
 */
export async function writeContext(
  entries: AsyncIterable<EntryToPack>,
  file: string,
  { root, signal }: WriteContextOptions,
): Promise<void> {
  const folder = path.dirname(file);
  let temporary: string | undefined;
  try {
    await mkdir(folder, { recursive: true });
    temporary = await mkdtemp(path.join(folder, ".slipway-sti-"));
    const own = root === undefined ? [] : [temporary, path.join(folder, "upload")].map((at) => inSource(root, at));
    const folders: TarHeader[] = [];
    for await (const entry of entries) {
      signal?.throwIfAborted();
      const { name, type } = entry.header;
      if (own.some((at) => name === at || name.startsWith(`${at}/`))) continue;
      if (type === "directory") folders.push(entry.header);
      await writeEntry(temporary, entry);
    }
    // Last, as one may not be writable, and each new entry would change its time.
    for (const header of folders.toReversed()) await setMode(path.join(temporary, header.name), header);
    await rename(path.join(temporary, "upload"), path.join(folder, "upload"));
    await rename(path.join(temporary, "Dockerfile"), file);
  } catch (cause) {
    throw explained(cause, file);
  } finally {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
  }
}

function inSource(root: string, at: string): string {
  return `${uploads.source}/${path.relative(root, at).split(path.sep).join("/")}`;
}

async function writeEntry(folder: string, { header, body }: EntryToPack): Promise<void> {
  const { name, type, linkname = "" } = header;
  const target = path.join(folder, name);
  await refuseLinks(folder, name);
  await mkdir(path.dirname(target), { recursive: true });
  if (type === "directory") await mkdir(target, { recursive: true });
  else if (type === "symlink") await symlink(linkname, target);
  else if (type === "link") {
    await refuseLinks(folder, linkname);
    await link(path.join(folder, linkname), target);
  } else if (type === "file") {
    await pipeline(Readable.from(body ?? [], { objectMode: false }), createWriteStream(target, { flags: "wx" }));
    await setMode(target, header);
  } else {
    throw new StiError("STI_CREATE_DOCKERFILE_FAILED", `the source's ${name} is a ${type}`, {
      hint: "a written build context has files, folders and links; leave it out",
    });
  }
}

/** As the header says, whatever this process gives new files. */
async function setMode(target: string, { type, mode, mtime }: TarHeader): Promise<void> {
  await chmod(target, mode ?? (type === "directory" ? 0o755 : 0o644));
  if (mtime) await utimes(target, mtime, mtime);
}

/** An archive may hold a link and a file behind it, which would be written to wherever the link leads. */
async function refuseLinks(folder: string, name: string): Promise<void> {
  const parent = path.dirname(path.join(folder, name));
  const real = await realpath(parent).catch(() => parent);
  if (real === path.join(await realpath(folder), path.dirname(name)) || real === parent) return;
  throw new StiError("STI_BAD_SOURCE", `the source's ${name} lies behind a link`, { hint: "leave the link out" });
}

function explained(cause: unknown, file: string): unknown {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === undefined || !/^E[A-Z]+$/.test(code)) return cause;
  const there = code === "ENOTEMPTY" || code === "EEXIST";
  return new StiError("STI_CREATE_DOCKERFILE_FAILED", `${file} cannot be written: ${message}`, {
    cause,
    hint: there
      ? "the folder upload beside it is there already: remove it, or write elsewhere"
      : "may you write there?",
  });
}
