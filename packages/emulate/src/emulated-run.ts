import { literalDollars } from "./literal-dollars.ts";
import { type FoundRun, shellsOwn } from "./read-stages.ts";
import { runCommand } from "./run-command.ts";
import { scriptArguments } from "./script-arguments.ts";

/** Lets a shell be replaced by the program of an exec form. */
export const execScript = 'exec "$0" "$@"';

/** Where a RUN is. */
export interface EmulatedRunOptions {
  /** How the list begins, of {@link emulatedListStart}. */
  readonly start: string;
  readonly escape: string;
  /** Whether there may be no shell. */
  readonly onScratch: boolean;
}

export function emulatedListStart(emulator: string): string {
  return `[${JSON.stringify(emulator)},"-execve"`;
}

/**
 * The JSON list that runs a RUN's command under the emulator; undefined where there is nothing to run. How it is spaced
 * tells `restoreRun` what it was: `"-execve", ` an exec form's own program; `, "` before its last item the text for
 * another shell than the usual one.
 */
export function emulatedList(run: FoundRun, options: EmulatedRunOptions): string | undefined {
  const command = runCommand(run.instruction);
  if (command.kind === "none") return undefined;
  const { start } = options;
  switch (command.kind) {
    case "script":
      return `${start},${listed(scriptArguments(command.name, command.content))}]`;
    case "exec":
      // A path needs no looking up by a shell.
      if (options.onScratch && command.program.startsWith("/")) return `${start}, ${command.written}`;
      return `${start},${listed(["/bin/sh", "-c", execText(run)])},${command.written}`;
    default: {
      const text = literalDollars(command.text, options.escape);
      const { shell } = run;
      if (shell.length === 2 && shell[0] === "/bin/sh" && shell[1] === "-c") return `${start},"/bin/sh","-c",${text}]`;
      const lookUp = shell[0]?.includes("/") ? "" : `,${listed(["/bin/sh", "-c", `${execText(run)};`])}`;
      return `${start}${lookUp},${listed(shell)}, ${text}]`;
    }
  }
}

/** Starts a program as if there were no shell between. */
function execText({ names }: FoundRun): string {
  const own = shellsOwn.filter((name) => !names.has(name));
  return `${own.length === 0 ? "" : `unset ${own.join(" ")}; `}${execScript}`;
}

function listed(items: readonly string[]): string {
  return items.map((item) => JSON.stringify(item)).join(",");
}
