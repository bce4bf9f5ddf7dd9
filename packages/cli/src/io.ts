/** What a command may touch of the process around it; a test gives its own. */
export interface Io {
  /** Data: what the command was asked for. */
  readonly stdout: Output;
  /** Everything else: progress, warnings, errors. */
  readonly stderr: Output;
  /** Everything that is given on standard input. */
  readonly readInput?: () => Promise<string>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder that relative paths start from. */
  readonly cwd: string;
  /** Aborted when the person interrupts. */
  readonly signal: AbortSignal;
}

/** Where text goes. */
export interface Output {
  write(text: string): unknown;
  /** Whether a person's terminal is at the other end. */
  readonly isTTY?: boolean | undefined;
  /** The terminal's width, in columns. */
  readonly columns?: number | undefined;
}
