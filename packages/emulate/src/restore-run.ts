import { scriptScript } from "./script-arguments.ts";

/** Who renders a step: the classic builder as it is written, BuildKit with variables expanded and escapes taken off. */
export type Rendering = "written" | "buildkit";

/** Takes what a transposition added out of a builder's texts. Made for one place of the emulator. */
export class RunRestorer {
  /** Text before which nothing has to be changed. */
  readonly markers: readonly string[];
  readonly #list: string;
  readonly #mount: RegExp;
  readonly #joined: string;

  constructor(emulator: string) {
    this.#list = `[${JSON.stringify(emulator)},"-execve"`;
    this.#joined = `${emulator} -execve `;
    const place = escaped(emulator);
    this.#mount = new RegExp(
      `--mount="?type=bind,(?:from=[^,\\s"]+,)?source=[^,"]+,target=${place}(?:,readonly)?"? `,
      "g",
    );
    this.markers = [this.#list, this.#joined, "--mount=type=bind,", '--mount="type=bind,'];
  }

  /** Restores one line, or a message of several. */
  restore(text: string, rendering: Rendering): string {
    if (!text.includes("-execve")) return text;
    const start = text.indexOf(this.#list);
    if (start < 0) return this.#restoreJoined(text);
    const before = text.slice(0, start).replace(this.#mount, "");
    return before + restoreList(text.slice(start + this.#list.length), rendering);
  }

  /** A command with spaces between its arguments, as errors have it. */
  #restoreJoined(text: string): string {
    const at = text.indexOf(this.#joined);
    if (at < 0) return text;
    const before = text.slice(0, at);
    const rest = text.slice(at + this.#joined.length);
    const script = joinedScript.exec(rest);
    if (script) {
      const end = rest.search(/\]: exit code|' returned a non-zero|" did not complete/);
      return `${before}/dev/pipes/${script[1]}${end < 0 ? "" : rest.slice(end)}`;
    }
    return before + this.#restoreJoined(rest.replace(joinedExec, ""));
  }
}

const own = "(?:unset [A-Z_ ]+; )?";
const joinedExec = new RegExp(`^/bin/sh -c ${own}exec \\\\?"\\$0\\\\?" \\\\?"\\$@\\\\?";? `);
const joinedScript = new RegExp(`^/bin/sh -c ${quotesEscaped(escaped(scriptScript))} (\\S+) `);
const listScript = new RegExp(`^,"/bin/sh","-c","${quotesEscaped(escaped(scriptScript))}","([^"]+)",`);
const listExec = new RegExp(`^,"/bin/sh","-c","${own}exec \\\\?"\\$0\\\\?" \\\\?"\\$@\\\\?"(;?)",`);
const usual = ',"/bin/sh","-c","';

/** What a list was made of, from what stands behind `-execve`. Its spacing tells; `emulatedList` wrote it. */
function restoreList(rest: string, rendering: Rendering): string {
  if (rest.startsWith(", ")) return `[${rest.slice(2)}`;
  const script = listScript.exec(rest);
  if (script) return `<<${script[1]}`;
  const exec = listExec.exec(rest);
  if (exec?.[1] === "") return `[${rest.slice(exec[0].length)}`;
  if (!exec && rest.startsWith(usual)) return textOf(rest.slice(usual.length), rendering);
  const shell = rest.indexOf(', "');
  return shell < 0 ? rest : textOf(rest.slice(shell + 3), rendering);
}

/** The text for the shell, which ends with the list; what follows the list stays. */
function textOf(rest: string, rendering: Rendering): string {
  const end = rest.lastIndexOf('"]');
  const inner = end < 0 ? rest : rest.slice(0, end);
  const after = end < 0 ? "" : rest.slice(end + 2);
  // BuildKit leaves a text as it is written where it can't expand it.
  const isWritten = rendering === "written" || (inner.includes('\\"') && /^(?:[^"\\]|\\.)*$/.test(inner));
  const text = isWritten ? decoded(inner) : expandedText(inner);
  return text.replaceAll("\n", "\\n") + after;
}

function decoded(json: string): string {
  try {
    return JSON.parse(`"${json}"`) as string;
  } catch {
    return json;
  }
}

/** The same escapes taken off that BuildKit takes off an untransposed command. */
function expandedText(text: string): string {
  const plain = text.replaceAll("\\u0024", "$");
  let result = "";
  let quote = "";
  for (let at = 0; at < plain.length; at++) {
    const char = plain[at] as string;
    const next = plain[at + 1] ?? "";
    if (char === "\\" && quote !== "'" && next !== "n" && (quote === "" || /["$\\]/.test(next))) {
      result += next;
      at += 1;
      continue;
    }
    if ((char === "'" || char === '"') && (quote === "" || quote === char)) quote = quote === "" ? char : "";
    result += char;
  }
  return result;
}

function escaped(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/g, "\\$&");
}

/** Quotes with a backslash before them, or without. */
function quotesEscaped(pattern: string): string {
  return pattern.replaceAll('"', '\\\\?"');
}
