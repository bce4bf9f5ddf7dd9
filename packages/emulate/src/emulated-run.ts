import { literalDollars } from "./literal-dollars.ts";
import { type FoundRun, shellsOwn } from "./read-stages.ts";
import { runCommand } from "./run-command.ts";
import { scriptArguments } from "./script-arguments.ts";

/** Lets a shell be replaced by the program of an exec form. */
export const execScript = 'exec "$0" "$@"';

/** Where a RUN is. */
export interface EmulatedRunOptions {
  readonly emulator: string;
  readonly escape: string;
  /** Whether there may be no shell. */
  readonly onScratch: boolean;
}

/**
 * The JSON list that runs a RUN's command under the emulator; undefined where there is nothing to run. How it is spaced
 * tells `restoreRun` what it was: `"-execve", ` an exec form's own program; `, "` before its last item the text for
 * another shell than the usual one.
 */
export function emulatedList(run: FoundRun, options: EmulatedRunOptions): string | undefined {
  const command = runCommand(run.instruction);
  if (command.kind === "none") return undefined;
  const start = `[${JSON.stringify(options.emulator)},"-execve"`;
  const own = shellsOwn.filter((name) => !run.names.has(name));
  const exec = `${own.length === 0 ? "" : `unset ${own.join(" ")}; `}${execScript}`;
  switch (command.kind) {
    case "script":
      return `${start},${listed(scriptArguments(command.name, command.content))}]`;
    case "exec":
      // A path needs no looking up by a shell.
      if (options.onScratch && command.program.startsWith("/")) return `${start}, ${command.written}`;
      return `${start},${listed(["/bin/sh", "-c", exec])},${command.written}`;
    default: {
      const text = literalDollars(command.text, options.escape);
      const shell = listed(run.shell);
      if (shell === '"/bin/sh","-c"') return `${start},${shell},${text}]`;
      const lookUp = run.shell[0]?.includes("/") ? "" : `,${listed(["/bin/sh", "-c", `${exec};`])}`;
      return `${start}${lookUp},${shell}, ${text}]`;
    }
  }
}

function listed(items: readonly string[]): string {
  return items.map((item) => JSON.stringify(item)).join(",");
}
