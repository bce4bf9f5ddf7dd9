/** A piece of what a container wrote, as it came. */
export interface LogChunk {
  readonly stream: "stdout" | "stderr";
  readonly data: Buffer;
}
