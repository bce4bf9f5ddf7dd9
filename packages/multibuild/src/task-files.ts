import type { Readable } from "node:stream";
import { type EntryToPack, type Ignore, ignoreNothing, letThrough, parseIgnore } from "@slipway/context";
import type { Bundle, ResolvedDockerfile } from "@slipway/resolve";

/** The files that one service is built from. They can be read any number of times until they are let go of. */
export interface TaskFiles extends Bundle {
  /** The stream that the task was given first: all files, as they are. */
  readonly stream: Readable;
  /** The context as a tar stream: without what its ignore file leaves out, and with the Dockerfile. */
  open(dockerfile: ContextDockerfile): Readable;
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

/** A context's entries with its Dockerfile in its place. */
export function* withDockerfile(
  entries: Iterable<EntryToPack>,
  dockerfile: ContextDockerfile,
): Generator<EntryToPack, void, undefined> {
  const { changed, dockerfilePath } = dockerfile;
  for (const entry of entries) if (!changed || entry.header.name !== dockerfilePath) yield entry;
  yield* madeDockerfile(dockerfile);
}

/** The Dockerfile as an entry, if it is not among the files as it is. */
export function madeDockerfile({ changed, dockerfile, dockerfilePath }: ContextDockerfile): EntryToPack[] {
  // A fixed date: the same files and Dockerfile give the same archive.
  const header = { name: dockerfilePath, type: "file", mode: 0o644, mtime: new Date(0) } as const;
  return changed ? [{ header, body: dockerfile }] : [];
}
