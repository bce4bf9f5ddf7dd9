import { type Dockerode, type Engine, toEngine } from "@slipway/transport";
import { architectureOf, normalizePlatform } from "./architecture.ts";
import { EmulateError } from "./emulate-error.ts";
import { type EmulatorFile, readEmulatorFile } from "./emulator-file.ts";
import { probeExitCode, probeProgram } from "./probe-program.ts";
import { runContainer } from "./run-container.ts";
import { loadSmallImage } from "./small-image.ts";
import type { TransposeOptions } from "./transpose-options.ts";

/** An emulator that an engine is to have. */
export interface LoadEmulatorOptions {
  /** Its file on this machine. */
  readonly emulator: string;
  readonly sha256?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An emulator that an engine has as an image. */
export interface LoadedEmulator {
  /** The image's name. */
  readonly image: string;
  /** What `transpose` is to be given, besides the way. */
  readonly options: Pick<TransposeOptions, "hostQemu" | "containerQemu" | "emulatorImage">;
  /** Whether it ran a program of the platform when it was told to with `-execve`. */
  readonly knowsExecve: boolean;
  remove(): Promise<void>;
}

/**
 * Gives an engine an emulator as an image of its own, from which stages take it: build contexts stay as they are, so that
 * no `COPY .` takes the emulator along.
 *
 * @throws {EmulateError} EMULATE_NO_EMULATOR, EMULATE_UNKNOWN_PLATFORM
 */
export async function loadEmulator(
  handle: Engine | Dockerode,
  platform: string,
  options: LoadEmulatorOptions,
): Promise<LoadedEmulator> {
  const engine = toEngine(handle);
  const { emulator, sha256, labels, signal } = options;
  const wanted = normalizePlatform(platform);
  const architecture = architectureOf(wanted);
  const file = await readEmulatorFile(emulator, sha256, signal);
  if (!file) {
    throw new EmulateError("EMULATE_NO_EMULATOR", `there is no emulator ${emulator}`, {
      hint: `give a static qemu-${architecture.qemu} that knows \`-execve\``,
    });
  }
  const probe = { header: { name: "probe", type: "file", mode: 0o755 }, body: probeProgram(architecture) } as const;
  const image = await loadSmallImage(engine, {
    platform: wanted,
    files: () => [entryOf(file, signal), probe],
    labels,
    signal,
  });
  try {
    const { exitCode } = await runContainer(engine, {
      image: image.name,
      labels,
      signal,
      settings: { Entrypoint: [`/${fileName}`, "-execve", "/probe"] },
    });
    return {
      image: image.name,
      options: {
        hostQemu: `/${fileName}`,
        containerQemu: `/usr/bin/qemu-${architecture.qemu}-execve`,
        emulatorImage: image.name,
      },
      knowsExecve: exitCode === probeExitCode,
      remove: () => image.remove(),
    };
  } catch (error) {
    await image.remove();
    throw error;
  }
}

const fileName = "qemu";

function entryOf(file: EmulatorFile, signal: AbortSignal | undefined) {
  const header = { name: fileName, type: "file", mode: 0o755, size: file.size, mtime: new Date(0) } as const;
  return { header, body: file.open(signal) };
}
