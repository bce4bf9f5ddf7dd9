import type { Readable } from "node:stream";

/** What a command may touch of the process around it; a test gives its own. */
export interface Io {
  /** Data: what the command was asked for. */
  readonly stdout: Output;
  /** Everything else: progress, warnings, errors. */
  readonly stderr: Output;
  /** What is read where a command is given `-`. */
  readonly stdin?: (Readable & { readonly isTTY?: boolean | undefined }) | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder that relative paths start from. */
  readonly cwd: string;
  /** Aborted when the person interrupts. */
  readonly signal: AbortSignal;
  /** Has something done should the process end at once; the function returned takes that back. */
  readonly atExit?: ((action: () => void) => () => void) | undefined;
}

/** Where text goes. */
export interface Output {
  /** False asks to wait until it has drained. Bytes are what a container wrote, as they came. */
  write(text: string | Uint8Array): unknown;
  /** Whether a person's terminal is at the other end. */
  readonly isTTY?: boolean | undefined;
  /** Whether it takes colours. Default: if it is a terminal. */
  readonly colours?: boolean | undefined;
  /** The terminal's width, in columns. */
  readonly columns?: number | undefined;
  /** The terminal's height, in lines. */
  readonly rows?: number | undefined;
  on?(event: "resize", listener: () => void): unknown;
  off?(event: "resize", listener: () => void): unknown;
}
