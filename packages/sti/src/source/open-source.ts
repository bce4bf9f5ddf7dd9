import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, realpath, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { createGunzip } from "node:zlib";
import { type EntryToPack, readEntries } from "@slipway/context";
import type { BuildRequest } from "../request.ts";
import { StiError } from "../sti-error.ts";
import type { Emit } from "../sti-event.ts";
import { ArchiveTree } from "./archive-tree.ts";
import { clone } from "./clone.ts";
import { FolderTree } from "./folder-tree.ts";
import { type GitUrl, parseGitUrl, withoutPassword } from "./git-url.ts";
import { sniff } from "./sniff.ts";
import type { OpenSource } from "./source-tree.ts";
import { zipEntries } from "./zip-entries.ts";

/** What of a request says where the source is. */
type SourceRequest = Pick<BuildRequest, "source" | "ref" | "contextDir" | "sourceName" | "workingDir" | "signal">;

/**
 * Makes a source readable for as long as `use` takes. What it needs on the disk is gone afterwards.
 * @throws StiError STI_BAD_SOURCE, STI_GIT_FAILED; the stream's own error
 */
export async function withSource<Result>(
  request: SourceRequest,
  emit: Emit,
  use: (source: OpenSource) => Promise<Result>,
): Promise<Result> {
  const temporary = new TemporaryFolder(request.workingDir ?? tmpdir());
  try {
    return await use(await open(request, temporary, emit));
  } finally {
    if (typeof request.source !== "string") request.source.destroy();
    await temporary.remove();
  }
}

async function open(request: SourceRequest, temporary: TemporaryFolder, emit: Emit): Promise<OpenSource> {
  const { source, contextDir, signal } = request;
  signal?.throwIfAborted();
  if (typeof source !== "string") {
    const file = path.join(await temporary.make(), request.sourceName ?? "source");
    // Kept on the disk, as its environment has to be known before its first file can be sent.
    await pipeline(source, createWriteStream(file), ...((signal ? [{ signal }] : []) as []));
    return { tree: await fileTree(file, request), location: undefined, contextDir };
  }
  const found = await stat(source).catch(() => undefined);
  const git = found ? undefined : await gitUrlOf(source);
  if (git) return openGit({ ...git, ref: request.ref ?? git.ref }, request, temporary, emit);
  const local = /^file:\/\//i.test(source) ? fileURLToPath(source.replace(/#.*$/s, "")) : path.resolve(source);
  const stats = found ?? (await stat(local).catch(() => undefined));
  if (!stats) {
    throw new StiError("STI_BAD_SOURCE", `there is no source ${source}`, {
      hint: "expected a folder, a file, an archive or a git URL",
    });
  }
  if (request.ref !== undefined) {
    throw new StiError("STI_BAD_REQUEST", `ref \`${request.ref}\` is given, and ${source} is no git URL`, {
      hint: "a folder is built as it is; name it file://… to build a commit of its repository",
    });
  }
  const tree = stats.isDirectory()
    ? new FolderTree(await folderIn(local, contextDir), signal)
    : await fileTree(local, request);
  return { tree, location: local, contextDir };
}

/** A `file://` URL is a repository if there is one, else a folder like any other. */
async function gitUrlOf(source: string): Promise<GitUrl | undefined> {
  const git = parseGitUrl(source);
  if (!git || !/^file:/i.test(git.url)) return git;
  const folder = fileURLToPath(git.url);
  const marks = [path.join(folder, ".git"), path.join(folder, "HEAD")];
  const there = await Promise.all(marks.map((mark) => stat(mark).catch(() => undefined)));
  return there.some(Boolean) ? git : undefined;
}

async function openGit(
  git: GitUrl,
  { contextDir = git.contextDir, signal }: SourceRequest,
  temporary: TemporaryFolder,
  emit: Emit,
): Promise<OpenSource> {
  const location = withoutPassword(git.url);
  emit({ type: "stage", stage: "source", message: `cloning ${location}${git.ref ? `#${git.ref}` : ""}` });
  const folder = path.join(await temporary.make(), "source");
  const commit = await clone(git, folder, signal);
  return { tree: new FolderTree(await folderIn(folder, contextDir), signal), location, contextDir, commit };
}

async function folderIn(root: string, contextDir: string | undefined): Promise<string> {
  if (contextDir === undefined) return root;
  const folder = await realpath(path.join(root, contextDir)).catch(() => undefined);
  const top = await realpath(root);
  if (folder !== undefined && (folder === top || folder.startsWith(`${top}${path.sep}`))) {
    if ((await stat(folder)).isDirectory()) return folder;
  }
  throw new StiError("STI_BAD_SOURCE", `the source has no folder ${contextDir}`, {
    hint: "contextDir is a folder in the source, relative to its root",
  });
}

async function fileTree(file: string, request: SourceRequest): Promise<ArchiveTree> {
  const { contextDir, signal } = request;
  const kind = await sniff(file);
  if (typeof kind === "object") {
    throw new StiError("STI_BAD_SOURCE", `${file} is compressed with ${kind.unsupported}`, {
      hint: "give a tar, tar.gz or zip archive",
    });
  }
  if (kind === "zip") return new ArchiveTree(() => zipEntries(file, signal), contextDir);
  if (kind === "file") return new ArchiveTree(() => singleFile(file), contextDir);
  return new ArchiveTree(() => tarEntries(file, kind === "tar.gz", signal), contextDir);
}

async function* singleFile(file: string): AsyncGenerator<EntryToPack, void, undefined> {
  const { size, mode, mtime } = await stat(file);
  const header = { name: path.basename(file), type: "file", size, mode: mode & 0o777, mtime } as const;
  yield { header, body: size === 0 ? "" : createReadStream(file, { end: size - 1 }) };
}

function tarEntries(file: string, gzipped: boolean, signal: AbortSignal | undefined): AsyncIterable<EntryToPack> {
  const source = createReadStream(file);
  if (!gzipped) return readEntries(source, { signal });
  const gunzip = createGunzip();
  pipeline(source, gunzip).catch(() => undefined); // the reader learns of it from what it reads
  return readEntries(gunzip, { signal });
}

/** A folder that is made when it is needed first. */
class TemporaryFolder {
  readonly #parent: string;
  #folder: string | undefined;

  constructor(parent: string) {
    this.#parent = parent;
  }

  async make(): Promise<string> {
    this.#folder ??= await mkdtemp(path.join(this.#parent, "slipway-sti-")).catch((cause: unknown) => {
      throw new StiError(
        "STI_BAD_REQUEST",
        `no temporary files can be made in ${this.#parent}: ${(cause as Error).message}`,
        {
          cause,
          hint: "workingDir is a folder that exists and can be written to",
        },
      );
    });
    return this.#folder;
  }

  async remove(): Promise<void> {
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
