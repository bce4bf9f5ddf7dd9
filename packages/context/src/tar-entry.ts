import type { Readable } from "node:stream";

/** The kinds of entry that a build context has. */
export type EntryType = "file" | "directory" | "symlink" | "link" | "fifo" | "character-device" | "block-device";

/** What a tar archive says of an entry. Only name and type are needed to pack one. */
export interface TarHeader {
  /** The path, with `/` between its parts and, for a folder, none at its end. */
  readonly name: string;
  readonly type: EntryType;
  /** Permission bits, the sticky, setuid and setgid bits included; 0644 or 0755 without. */
  readonly mode?: number | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  /** Bytes; of files only. */
  readonly size?: number | undefined;
  readonly mtime?: Date | undefined;
  /** Where a link leads. */
  readonly linkname?: string | undefined;
}

/** An entry to be packed. A file's body may be a stream of `header.size` bytes, or the content itself. */
export interface EntryToPack {
  readonly header: TarHeader;
  readonly body?: Readable | Buffer | string | undefined;
}

/** An entry being read. The next one comes once the body has been read or destroyed. */
export interface TarEntry {
  readonly header: TarHeader;
  readonly body: Readable;
}
