/** A file, folder or link that a build's engine may ask for. */
export interface SourceFile {
  /** Relative to the context, with `/` between its parts. */
  readonly path: string;
  readonly type: "file" | "directory" | "symlink";
  /** Permission bits, the sticky, setuid and setgid bits included. */
  readonly mode: number;
  /** Bytes; of files only. */
  readonly size: number;
  readonly mtimeNs: bigint;
  /** Where a symlink leads, as it is written; of a file, the path of the one in the list that it is a hard link to. */
  readonly linkname?: string | undefined;
}

/** Which files the engine wants to know of. */
export interface FilesRequest {
  /** `context`, `dockerfile`, or a name that the Dockerfile's frontend gives. */
  readonly name: string;
  /** Paths, with wildcards, that alone are needed, and what links among them lead to. Empty: all. */
  readonly followPaths: readonly string[];
  /** Patterns of what alone is needed. Empty: all. */
  readonly includePatterns: readonly string[];
  /** Patterns of what is left out, as in an ignore file. */
  readonly excludePatterns: readonly string[];
}

/** Where a build's files come from. */
export interface FileSource {
  /**
   * The files of a request: each folder's entries in the order of their names' bytes, a folder before what it holds,
   * and every folder that something of it is listed of. Some at a time: each piece is sent as it comes.
   */
  list(request: FilesRequest, signal: AbortSignal): AsyncIterable<readonly SourceFile[]>;
  /** A file's content: `file.size` bytes, in pieces of at most 1 MiB. A piece is done with when the next is asked for. */
  open(file: SourceFile, signal: AbortSignal): AsyncIterable<Uint8Array>;
}
