import type { WriteStream } from "node:tty";
import type { Io, Output } from "./io.ts";

/** A stream of the process as a command's output: with colours as FORCE_COLOR, NO_COLOR, TERM and the terminal have it. */
export function processOutput(stream: WriteStream | NodeJS.WriteStream, env: Io["env"]): Output {
  return {
    write: (text) => stream.write(text),
    get isTTY() {
      return stream.isTTY;
    },
    get columns() {
      return stream.isTTY ? stream.columns : undefined;
    },
    get rows() {
      return stream.isTTY ? stream.rows : undefined;
    },
    colours: takesColours(stream.isTTY, env),
    on: (event, listener) => stream.on(event, listener),
    off: (event, listener) => stream.off(event, listener),
  };
}

/** FORCE_COLOR goes before NO_COLOR, as Node itself has it; empty, each says nothing. */
export function takesColours(isTTY: boolean | undefined, env: Io["env"]): boolean {
  const force = env["FORCE_COLOR"];
  if (force) return force !== "0" && force !== "false";
  if (env["NO_COLOR"]) return false;
  return isTTY === true && env["TERM"] !== "dumb";
}
