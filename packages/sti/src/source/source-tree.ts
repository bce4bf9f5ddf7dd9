import type { EntryToPack, Ignore } from "@slipway/context";

/** The files of a source, however it was given. */
export interface SourceTree {
  /** The small files that steer the build, by their paths; those that are there. */
  smallFiles(wanted: (path: string) => boolean): Promise<ReadonlyMap<string, Buffer>>;
  /** What is built, without what is ignored. Can be read more than once. */
  entries(ignore: Ignore): AsyncIterable<EntryToPack>;
}

/** What is known of a commit. */
export interface Commit {
  readonly id: string;
  /** `Name <address>` */
  readonly author: string;
  /** RFC 3339. */
  readonly date: string;
  /** Its first line. */
  readonly message: string;
  readonly ref?: string | undefined;
}

/** A source that can be read. */
export interface OpenSource {
  readonly tree: SourceTree;
  /** What it is, without passwords; undefined for a stream. */
  readonly location: string | undefined;
  readonly contextDir: string | undefined;
  readonly commit?: Commit | undefined;
}

/** The most that a file may have which steers the build, in bytes. */
export const largestSmallFile: number = 1024 * 1024;
