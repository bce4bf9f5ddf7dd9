import type { EntryToPack, TarHeader } from "@slipway/context";
import type { DeleteItem, RunAction } from "./push-plan.ts";

/** Files to be put into a container: names are absolute there, a folder before what it holds. */
export interface FileBatch {
  readonly files: readonly FileToPut[];
  /** The same files with their content, folders before what they hold; what has gone meanwhile is left out. */
  contents(): AsyncIterable<EntryToPack>;
}

/** A file of a batch, short of its content. */
export interface FileToPut extends TarHeader {
  /** Whether a folder that is there already stays as it is. */
  readonly keepExisting?: boolean | undefined;
}

/** A RUN, and who listens to it. */
export interface CommandToRun extends Pick<RunAction, "argv" | "env" | "workdir" | "user"> {
  readonly onOutput: (output: CommandOutput) => void;
  readonly signal: AbortSignal;
}

/** What a command printed. */
export interface CommandOutput {
  readonly data: Buffer;
  readonly isStderr: boolean;
}

/** How changes get into one container. Once `signal` aborts, each method rejects with its reason when nothing runs any more. */
export interface Updater {
  /** Whether it can delete and run commands. */
  readonly hasShell: boolean;
  /** Whether its container is known to run, without asking. */
  readonly live: boolean;
  remove(items: readonly DeleteItem[], signal: AbortSignal): Promise<void>;
  put(batch: FileBatch, signal: AbortSignal): Promise<void>;
  /** Moves what is at these places out of the way, until putBack. Only with a shell. */
  setAside(paths: readonly string[], signal: AbortSignal): Promise<void>;
  /** Puts back what setAside took away, whatever is there now. Does nothing where nothing was set aside. */
  putBack(signal: AbortSignal): Promise<void>;
  /** @returns the exit code */
  run(command: CommandToRun): Promise<number>;
  /** The container's clock, for changedSince; undefined where it can't be told. */
  mark(signal: AbortSignal): Promise<number | undefined>;
  /** Which of the paths something wrote to, replaced or removed since the mark; undefined where it can't be told. */
  changedSince(mark: number, paths: readonly string[], signal: AbortSignal): Promise<ReadonlySet<string> | undefined>;
  /**
   * What is at these paths: a file with the SHA-256 of its content, a symlink with where it leads. What is not there, or has
   * a name that can't be told, is left out. Undefined where nothing can be told.
   */
  identify(paths: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Identity> | undefined>;
  /** Gets ready for the next call, so that it is quick. */
  warm(): Promise<void>;
  close(): Promise<void>;
}

/** What a path of a container is. */
export interface Identity {
  readonly type: "file" | "directory" | "symlink";
  readonly identity?: string | undefined;
}
