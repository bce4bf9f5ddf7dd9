import { spawn } from "node:child_process";
import { timeLimit } from "@slipway/run";
import type { RegistryAuth } from "./registry-auth.ts";
import { TransportError } from "./transport-error.ts";

/** A helper may have to wait for a person to unlock a key ring. */
const answerWithinMs = 60_000;
const maxAnswerBytes = 1024 * 1024;

/**
 * Asks `docker-credential-<helper>` by its protocol: the server on stdin, JSON on stdout, an error status for "none".
 * Undefined where it has none. A helper that doesn't answer is killed.
 * @throws TransportError TRANSPORT_AUTH, never with what the helper printed on stdout, which may be a secret
 */
export async function askCredentialHelper(
  helper: string,
  serveraddress: string,
  environment: Readonly<Record<string, string | undefined>>,
  signal?: AbortSignal,
): Promise<RegistryAuth | undefined> {
  const program = `docker-credential-${helper}`;
  signal?.throwIfAborted();
  const timeout = timeLimit(answerWithinMs);
  const ended = signal ? AbortSignal.any([signal, timeout]) : timeout;
  // A group of its own: helpers are often scripts, and what they started is to end with them.
  const child = spawn(program, ["get"], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, ...environment },
    detached: process.platform !== "win32",
  });
  const kill = (): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(process.platform === "win32" ? child.pid : -child.pid, "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  };
  ended.addEventListener("abort", kill, { once: true });
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    if (output.length > maxAnswerBytes) kill();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors = (errors + text).slice(0, 1_000)));
  child.stdin.on("error", () => undefined); // a helper may end without reading
  child.stdin.end(`${serveraddress}\n`);
  const status = await new Promise<number | null | NodeJS.ErrnoException>((resolve) => {
    child.once("error", resolve);
    child.once("close", resolve);
  });
  ended.removeEventListener("abort", kill);
  signal?.throwIfAborted();
  const fail = (what: string): TransportError =>
    new TransportError("TRANSPORT_AUTH", `${program} ${what}, asked for the credentials of ${serveraddress}`, {
      hint: "correct credsStore or credHelpers in docker's config.json, or log in anew with `docker login`",
    });
  if (timeout.aborted) throw fail(`did not answer within ${answerWithinMs / 1000} s`);
  if (status instanceof Error) throw fail(`cannot be started (${status.message})`);
  if (status !== 0) {
    // The protocol's only word for "none" comes on stdout.
    if (/credentials not found|no credentials|^none$/im.test(output + errors)) return undefined;
    throw fail(`ended with ${status ?? "a signal"}${errors.trim() ? ` (${errors.trim()})` : ""}`);
  }
  return readAnswer(output, serveraddress) ?? Promise.reject(fail("answered something else than credentials"));
}

function readAnswer(output: string, serveraddress: string): RegistryAuth | undefined {
  let answer: { Username?: unknown; Secret?: unknown } | null;
  try {
    answer = JSON.parse(output) as typeof answer;
  } catch {
    return undefined;
  }
  const { Username: username, Secret: secret } = answer ?? {};
  if (typeof username !== "string" || typeof secret !== "string") return undefined;
  // The protocol's mark for a token instead of a password.
  if (username === "<token>") return { identitytoken: secret, serveraddress };
  return { username, password: secret, serveraddress };
}
