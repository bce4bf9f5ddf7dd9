import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { type EntryToPack, packDirectory } from "@slipway/context";
import type { Dockerfile } from "@slipway/dockerfile";
import type { BuildSessionOptions } from "@slipway/transport";
import type { BuilderName } from "./build-event.ts";
import { directorySource, type InsteadFile } from "./directory-source.ts";
import { parseDockerfile } from "./parse-dockerfile.ts";
import { peekDockerfile } from "./peek-dockerfile.ts";

/** Where a build's files come from, once its Dockerfile was looked at. */
export interface BuildInput {
  readonly tree: Dockerfile | undefined;
  /** How the files reach this builder. */
  open(builder: BuilderName): { readonly tar: Readable; readonly session?: BuildSessionOptions };
}

/** A tar stream as input. */
export async function streamInput(
  source: Readable,
  dockerfile: string,
  signal: AbortSignal | undefined,
): Promise<BuildInput> {
  const { context, text } = await peekDockerfile(source, dockerfile, signal);
  // Until it is sent, nobody else listens.
  context.on("error", () => undefined);
  return { tree: parseDockerfile(text, dockerfile), open: () => ({ tar: context }) };
}

/** A folder as input: BuildKit is sent what has changed, the classic builder a tar stream of it. */
export async function directoryInput(
  directory: string,
  dockerfile: string,
  text: string | undefined,
  signal: AbortSignal | undefined,
): Promise<BuildInput> {
  const instead = text === undefined ? undefined : { path: dockerfile, text };
  return {
    tree: instead ? parseDockerfile(text, dockerfile) : await directoryTree(directory, dockerfile),
    open: (builder) =>
      builder === "classic"
        ? { tar: packDirectory(directory, { dockerfile, instead: instead && dockerfileEntry(instead), signal }) }
        : { tar: Readable.from([]), session: incremental(directory, instead) },
  };
}

function dockerfileEntry({ path: name, text }: InsteadFile): EntryToPack {
  return { header: { name, type: "file", mode: 0o644, mtime: new Date(0) }, body: text };
}

/** The session of a folder's incremental context. */
export function incremental(directory: string, instead?: InsteadFile): BuildSessionOptions {
  const place = `${hostname()}\0${path.resolve(directory)}`;
  return { files: directorySource(directory, instead), sharedKey: createHash("sha256").update(place).digest("hex") };
}

/** A folder's Dockerfile. One that is not there is the builder's to report, which knows by which names it looks. */
export async function directoryTree(directory: string, dockerfile: string): Promise<Dockerfile | undefined> {
  const file = path.join(directory, dockerfile);
  const text = await readFile(file, "utf8").catch(() => undefined);
  return parseDockerfile(text, file);
}
