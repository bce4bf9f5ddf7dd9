import type { Emulation } from "./detect-emulation.ts";

/** How a build for a platform is done, the best way first. */
export type EmulationWay =
  /** The processor runs it. */
  | "native"
  /** The engine's kernel has an emulator. */
  | "binfmt"
  /** The emulator is registered first, because that was asked for. */
  | "register"
  /** The Dockerfile is transposed; BuildKit mounts the emulator. */
  | "mount"
  /** The Dockerfile is transposed; each stage has a copy of the emulator. */
  | "copy"
  /** Not at all. */
  | "none";

/** What is known when a way is chosen. */
export interface EmulationFacts {
  readonly platform: string;
  readonly detected: Emulation;
  readonly buildkit: boolean;
  /** Whether an emulator may be registered with the engine's kernel. */
  readonly register: boolean;
  /** The emulator's file, where there is one, and whether it knows `-execve`. */
  readonly emulator: string | undefined;
  readonly knowsExecve: boolean;
}

/** A way, and why it is that one. */
export interface EmulationChoice {
  readonly way: EmulationWay;
  /** A phrase for people. */
  readonly reason: string;
  /** What would help, where there is no way. */
  readonly hint?: string | undefined;
}

/** Chooses the best way that there is. */
export function chooseEmulation(facts: EmulationFacts): EmulationChoice {
  const { platform, detected, buildkit, register, emulator, knowsExecve } = facts;
  if (detected === "native") return { way: "native", reason: `the engine's processor runs ${platform}` };
  if (detected === "binfmt") return { way: "binfmt", reason: `the engine's kernel has an emulator for ${platform}` };
  const not = `the engine does not run ${platform}`;
  if (emulator === undefined) {
    const hint = "register an emulator on the engine's machine (Debian: apt install qemu-user-static), or name one";
    return { way: "none", reason: `${not}, and no emulator was found on this machine`, hint };
  }
  if (register) return { way: "register", reason: `${not}; ${emulator} is registered with its kernel, as you asked` };
  if (!knowsExecve) {
    const hint = "let it be registered with the engine's kernel, or name an emulator that knows `-execve`";
    return {
      way: "none",
      reason: `${not}, and ${emulator} cannot run a command by itself: it has no \`-execve\``,
      hint,
    };
  }
  if (buildkit)
    return { way: "mount", reason: `${not}; BuildKit mounts ${emulator}, and the image keeps nothing of it` };
  return {
    way: "copy",
    reason: `${not}, and has no BuildKit; each stage that runs commands gets a copy of ${emulator}`,
  };
}
