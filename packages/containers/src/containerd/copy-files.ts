import { spawn } from "node:child_process";
import { stat } from "node:fs/promises";
import path from "node:path";
import { PassThrough, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ContainersError } from "../containers-error.ts";
import { resolveInRoot } from "./resolve-in-root.ts";

/** Unpacks a tar stream below a container's folder. */
export async function unpackInto(
  root: string,
  folder: string,
  tar: Readable,
  signal: AbortSignal | undefined,
): Promise<void> {
  const place = await resolveInRoot(root, folder);
  const found = await stat(place).catch(() => undefined);
  if (!found?.isDirectory()) throw new ContainersError("CONTAINERS_CONTAINER_COPY", `there is no folder ${folder}`);
  const child = spawn("tar", ["-x", "-f", "-", "-C", place, "--numeric-owner", "--same-permissions"], {
    stdio: ["pipe", "ignore", "pipe"],
  });
  const ended = endOf(child);
  ended.catch(() => undefined);
  try {
    await pipeline(tar, child.stdin, signal ? { signal } : {});
  } catch (error) {
    signal?.throwIfAborted();
    // Why it takes no more is what it says itself.
    await ended;
    throw error;
  } finally {
    if (signal?.aborted) child.kill("SIGKILL");
  }
  await ended;
}

/** A container's file or folder as a tar stream; `release` is called at its end. */
export async function packFrom(
  root: string,
  wanted: string,
  signal: AbortSignal | undefined,
  release: () => Promise<void>,
): Promise<Readable> {
  // The last part is copied as what it is, also where it is a link.
  const parent = await resolveInRoot(root, path.posix.dirname(wanted));
  const name = path.posix.basename(wanted) || ".";
  const found = await stat(path.join(parent, name)).catch(() => undefined);
  if (!found) throw new ContainersError("CONTAINERS_CONTAINER_COPY", `there is no ${wanted}`);
  const child = spawn("tar", ["-c", "-f", "-", "-C", parent, "--numeric-owner", "--", name], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = new PassThrough();
  const abort = (): void => void output.destroy(signal?.reason as Error);
  signal?.addEventListener("abort", abort, { once: true });
  const ended = endOf(child);
  child.stdout.pipe(output, { end: false });
  ended.then(
    () => output.end(),
    (error: Error) => output.destroy(error),
  );
  output.once("close", () => {
    signal?.removeEventListener("abort", abort);
    child.kill("SIGKILL");
    void ended.catch(() => undefined).then(release);
  });
  return output;
}

function endOf(child: ReturnType<typeof spawn>): Promise<void> {
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-2_000)));
  return new Promise((resolve, reject) => {
    child.once("error", (cause) =>
      reject(new ContainersError("CONTAINERS_CONTAINER_COPY", `cannot run tar: ${cause.message}`, { cause })),
    );
    child.once("close", (code) =>
      code === 0 ? resolve() : reject(new ContainersError("CONTAINERS_CONTAINER_COPY", `tar: ${said.trim()}`)),
    );
  });
}
