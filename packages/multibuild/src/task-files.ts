import type { Readable } from "node:stream";
import { type EntryToPack, type Ignore, ignoreNothing, letThrough, packEntries, parseIgnore } from "@slipway/context";
import type { FileSource } from "@slipway/transport";
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
  /**
   * The same one by one, where the rules leave the Dockerfile or the ignore file out: a tar stream has both all the same,
   * and BuildKit would show them to the build. Undefined where they leave neither out.
   */
  source(dockerfile: string, instead?: EntryToPack): Promise<FileSource | undefined>;
  /** Lets go of the files, as far as this task has a part in them. */
  close(): Promise<void>;
}

/** The Dockerfile that a context is packed with. */
export type ContextDockerfile = Pick<ResolvedDockerfile, "path" | "dockerfilePath" | "dockerfile" | "changed">;

/** The rules of a context. */
export interface ContextRules {
  /** As they were written. */
  readonly own: Ignore;
  /** But for the Dockerfile and the ignore file, which builders need. */
  readonly ignore: Ignore;
  /** Whether there is a difference. */
  readonly hidesNeeded: boolean;
}

/**
 * The rules of a context's ignore file: the one of the Dockerfile's own, `<path>.dockerignore`, else `.dockerignore`.
 *
 * @param context where the bundle lies, for messages
 */
export async function contextRules(bundle: Bundle, dockerfile: string, context: string): Promise<ContextRules> {
  for (const name of [`${dockerfile}.dockerignore`, ".dockerignore"]) {
    const text = await bundle.read(name);
    if (text === undefined) continue;
    const file = context === "" || context === "." ? name : `${context}/${name}`;
    const own = parseIgnore(text, { file });
    const needed = [dockerfile, name];
    return { own, ignore: letThrough(own, needed), hidesNeeded: needed.some((path) => own.ignores(path)) };
  }
  return { own: ignoreNothing, ignore: ignoreNothing, hidesNeeded: false };
}

/** A context as a tar stream, with its Dockerfile in its place. */
export function openContext(files: TaskFiles, dockerfile: ContextDockerfile): Readable {
  const { path, changed } = dockerfile;
  return packEntries(() => files.entries(path, changed ? dockerfileEntry(dockerfile) : undefined));
}

/** Its files one by one, where a tar stream would show more than it should; see {@link TaskFiles.source}. */
export function contextSource(files: TaskFiles, dockerfile: ContextDockerfile): Promise<FileSource | undefined> {
  return files.source(dockerfile.path, dockerfile.changed ? dockerfileEntry(dockerfile) : undefined);
}
