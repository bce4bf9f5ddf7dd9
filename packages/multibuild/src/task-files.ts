import type { Readable } from "node:stream";
import { type EntryToPack, type Ignore, ignoreNothing, letThrough, packEntries, parseIgnore } from "@slipway/context";
import { type Bundle, dockerfileEntry, type ResolvedDockerfile } from "@slipway/resolve";

type Entries = Iterable<EntryToPack> | AsyncIterable<EntryToPack>;

/** The files that one service is built from. They can be read any number of times until they are let go of. */
export interface TaskFiles extends Bundle {
  /** The stream that the task was given first: all files, as they are. */
  readonly stream: Readable;
  /** The same for all files that were had from one place together. */
  readonly origin: unknown;
  /** The folder that holds just these files, for a builder that can be given one. */
  readonly directory?: string;
  /**
   * The context, without what its ignore file leaves out; of this Dockerfile, if it has one of its own.
   *
   * @param instead an entry that takes the place of the one of its name
   */
  entries(dockerfile: string, instead?: EntryToPack): Promise<Entries>;
  /** Lets go of the files, as far as this task has a part in them. */
  close(): Promise<void>;
}

/** The Dockerfile that a context is packed with. */
export type ContextDockerfile = Pick<ResolvedDockerfile, "path" | "dockerfilePath" | "dockerfile" | "changed">;

/**
 * The rules of a context's ignore file: the one of the Dockerfile's own, `<path>.dockerignore`, else `.dockerignore`.
 * The Dockerfile and the ignore file are always let through.
 *
 * @param context where the bundle lies, for messages
 */
export async function bundleIgnore(bundle: Bundle, dockerfile: string, context: string): Promise<Ignore> {
  for (const name of [`${dockerfile}.dockerignore`, ".dockerignore"]) {
    const text = await bundle.read(name);
    if (text === undefined) continue;
    const file = context === "" || context === "." ? name : `${context}/${name}`;
    return letThrough(parseIgnore(text, { file }), [dockerfile, name]);
  }
  return ignoreNothing;
}

/** A context as a tar stream, with its Dockerfile in its place. */
export function openContext(files: TaskFiles, dockerfile: ContextDockerfile): Readable {
  const { path, changed } = dockerfile;
  return packEntries(() => files.entries(path, changed ? dockerfileEntry(dockerfile) : undefined));
}
