import { execFile } from "node:child_process";
import { mkdtemp, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { ContainersError } from "../containers-error.ts";
import type { SnapshotMount } from "./messages.ts";

const run = promisify(execFile);

/** Does something with a snapshot's files, of a container that doesn't run. It takes the right to mount. */
export async function withRootfs<T>(mounts: readonly SnapshotMount[], work: (root: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-rootfs-"));
  const mounted: string[] = [];
  try {
    for (const { type, source, options } of mounts) {
      const given = options.length > 0 ? ["-o", options.join(",")] : [];
      await run("mount", ["-t", type, ...given, source, folder]).catch((cause: Error) => {
        throw new ContainersError("CONTAINERS_BACKEND_REFUSED", `cannot mount a container's files: ${cause.message}`, {
          cause,
          hint: "containerd's snapshots can be mounted by root only",
        });
      });
      mounted.push(folder);
    }
    return await work(folder);
  } finally {
    for (const target of mounted) await run("umount", ["--lazy", target]);
    // Not its content, should it still be mounted.
    await rmdir(folder);
  }
}
