import { ContainersError } from "./containers-error.ts";
import type { LogBuffer } from "./logs/log-buffer.ts";

/** A command that ended with another code than 0, with everything that it wrote. */
export class ExitCodeError extends ContainersError {
  override readonly name = "ExitCodeError";
  readonly exitCode: number;
  /** What the command wrote; also of a container that is gone. */
  readonly logs: LogBuffer;

  constructor(what: string, exitCode: number, logs: LogBuffer, lastLines: readonly string[]) {
    const tail = lastLines.length > 0 ? `; it wrote last\n${lastLines.map((line) => `  ${line}`).join("\n")}` : "";
    super("CONTAINERS_EXIT_CODE", `${what} ended with exit code ${exitCode}${tail}`, {
      hint: exitHints[exitCode],
    });
    this.exitCode = exitCode;
    this.logs = logs;
  }
}

/** What a shell or an engine means by a code. */
const exitHints: Readonly<Record<number, string>> = {
  126: "126 is that of a command that cannot be executed",
  127: "127 is that of a command that is not in the image",
  137: "137 is that of a process that was killed, often for want of memory",
  143: "143 is that of a process that was asked to end",
};
