import path from "node:path";
import { contains, normalizePath, relativeTo } from "@slipway/context";

/** Paths of contexts and archives, and what they are on this machine. */
export const PathUtils: {
  /** Whether the folder `context` of an archive holds `entry`; a folder holds itself. */
  readonly contains: (context: string, entry: string) => boolean;
  /** The same, by the name that it goes by elsewhere. */
  readonly posixContains: (context: string, entry: string) => boolean;
  /** `entry` as seen from `context`; undefined where it lies elsewhere. */
  readonly relativeTo: (context: string, entry: string) => string | undefined;
  /** A relative path in its one form. */
  readonly normalizePath: (path: string) => string;
  /** With `/` between its parts. */
  readonly toPosixPath: (path: string) => string;
  /** With this machine's separator between its parts. */
  readonly toNativePath: (path: string) => string;
} = {
  contains,
  posixContains: contains,
  relativeTo,
  normalizePath,
  toPosixPath: (name) => name.replaceAll(path.sep, path.posix.sep),
  toNativePath: (name) => name.replaceAll(path.posix.sep, path.sep),
};
