import { describeEngine, type Dockerode, type Engine, toEngine } from "@slipway/transport";
import { architectureOf, normalizePlatform } from "./architecture.ts";
import { probeExitCode, probeProgram } from "./probe-program.ts";
import { runContainer } from "./run-container.ts";
import { loadSmallImage } from "./small-image.ts";

/** How an engine runs programs of a platform: by its processor, by an emulator registered with its kernel, or not. */
export type Emulation = "native" | "binfmt" | "none";

/** What is found out about a platform. */
export interface DetectEmulationOptions {
  /** For the image and the container that are made for a moment. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds out whether an engine runs a platform's programs: by running one, of a hundred bytes.
 *
 * @param platform `linux/arm64`, or an architecture such as `aarch64`
 * @throws {EmulateError} EMULATE_UNKNOWN_PLATFORM
 * @throws {TransportError} if the engine refuses
 */
export async function detectEmulation(
  handle: Engine | Dockerode,
  platform: string,
  options: DetectEmulationOptions = {},
): Promise<Emulation> {
  const engine = toEngine(handle);
  const { labels, signal } = options;
  const wanted = normalizePlatform(platform);
  const architecture = architectureOf(wanted);
  const description = await describeEngine(engine, { signal });
  const probe = { header: { name: "probe", type: "file", mode: 0o755 }, body: probeProgram(architecture) } as const;
  const image = await loadSmallImage(engine, {
    platform: wanted,
    files: () => [probe],
    entrypoint: ["/probe"],
    labels,
    signal,
  });
  try {
    const { exitCode } = await runContainer(engine, { image: image.name, labels, signal });
    if (exitCode !== probeExitCode) return "none";
    return isNative(description.architecture, architecture.name) ? "native" : "binfmt";
  } finally {
    await image.remove();
  }
}

/** Processors that have another architecture's instructions too. */
const alsoRuns: Readonly<Record<string, string>> = { amd64: "386", arm64: "arm" };

function isNative(engine: string, wanted: string): boolean {
  return engine === wanted || alsoRuns[engine] === wanted;
}
