import type { Readable } from "node:stream";

/** The kinds of entry that a build context has. */
export type EntryType = "file" | "directory" | "symlink" | "link" | "fifo" | "character-device" | "block-device";

/** What a tar archive says of an entry. Only name and type are needed to pack one. */
export interface TarHeader {
  /** The path, with `/` between its parts and none at its end; empty for the archive's root. */
  readonly name: string;
  readonly type: EntryType;
  /** Permission bits, the sticky, setuid and setgid bits included; 0644 or 0755 without. */
  readonly mode?: number | undefined;
  /** 0 without. */
  readonly uid?: number | undefined;
  /** 0 without. */
  readonly gid?: number | undefined;
  readonly uname?: string | undefined;
  readonly gname?: string | undefined;
  /** Bytes; of files only. */
  readonly size?: number | undefined;
  /** 1970 without. */
  readonly mtime?: Date | undefined;
  /** Where a symlink leads, as it is written; of a hard link, the path of the entry that it stands for. */
  readonly linkname?: string | undefined;
  /** Of devices. */
  readonly devmajor?: number | undefined;
  readonly devminor?: number | undefined;
  /** Further pax records, such as extended attributes (`SCHILY.xattr.…`): text, or bytes where they are none. */
  readonly pax?: Readonly<Record<string, string | Buffer>> | undefined;
}

/** An entry to be packed. A file's body is its content, or a stream of just `header.size` bytes of it. */
export interface EntryToPack {
  readonly header: TarHeader;
  readonly body?: AsyncIterable<Uint8Array | string> | Buffer | string | undefined;
}

/** An entry being read. What is left of the body is skipped when the next entry is asked for. */
export interface TarEntry {
  readonly header: TarHeader;
  readonly body: Readable;
}
