import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import type { BackendConfig } from "../backend/backend-config.ts";

/** What the watching process is told; by its input, since a configuration may have secrets in it. */
export interface ReaperOrder {
  readonly backend: BackendConfig;
  readonly session: string;
}

/**
 * A process of its own that removes a session's resources once this one has ended, however it ended: its input closes
 * then. Where both are ended together, the next one on this machine finds what was left.
 */
export class Reaper {
  readonly #child: ChildProcess;

  constructor(order: ReaperOrder) {
    // The package by its own name: from source too, what is run is compiled.
    const program = createRequire(import.meta.url).resolve("@slipway/containers/reaper");
    this.#child = spawn(process.execPath, [program], {
      // A session of its own: Ctrl-C is not for it.
      detached: true,
      cwd: "/",
      stdio: ["pipe", "ignore", "ignore"],
      windowsHide: true,
      // Whatever this process loads or listens to for debugging is no business of the other one.
      env: { ...process.env, NODE_OPTIONS: "" },
    });
    // It is there to help, and its failure is none of this process.
    this.#child.on("error", () => undefined);
    this.#child.stdin?.on("error", () => undefined);
    this.#child.stdin?.write(`${JSON.stringify(order)}\n`);
    this.#child.unref();
    (this.#child.stdin as unknown as { unref?: () => void } | null)?.unref?.();
  }

  /** The session is over and nothing of it is left. */
  dismiss(): void {
    this.#child.stdin?.end("done\n");
  }
}
