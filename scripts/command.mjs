import { spawn } from "node:child_process";
import { SetupError } from "./say.mjs";

/**
 * Runs a program to its end with its output collected; the output's end is part of the error when it fails.
 * @param {string} program
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, inherit?: boolean }} [options] `inherit`: show the output as it comes
 * @returns {Promise<string>} stdout and stderr, in order of arrival; empty with `inherit`
 */
export async function command(program, args, { env = process.env, cwd, inherit = false } = {}) {
  const child = spawn(program, args, {
    env,
    cwd,
    stdio: inherit ? ["ignore", "inherit", "inherit"] : ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", (text) => (output += text));
  const code = await new Promise((resolve, reject) => {
    child.once("error", (cause) => reject(new SetupError(`cannot run ${program}: ${cause.message}`)));
    child.once("close", (status, signal) => resolve(status ?? signal));
  });
  if (code !== 0) {
    const tail = output.trim().split("\n").slice(-15).join("\n");
    throw new SetupError(`\`${[program, ...args].join(" ")}\` ended with ${code}${tail ? `:\n${tail}` : ""}`);
  }
  return output;
}
