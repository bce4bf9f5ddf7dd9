import type { EntryToPack } from "@slipway/context";
import { describeEngine, type Dockerode, type Engine, toEngine } from "@slipway/transport";
import { architectureOf, architectures, normalizePlatform } from "./architecture.ts";
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
  const found = await detectEmulations(handle, [platform], options);
  return found.get(normalizePlatform(platform)) ?? "none";
}

/** The same for several platforms at once: by default, for all that are known. */
export async function detectEmulations(
  handle: Engine | Dockerode,
  platforms: readonly string[] = knownPlatforms(),
  options: DetectEmulationOptions = {},
): Promise<Map<string, Emulation>> {
  const engine = toEngine(handle);
  const { labels, signal } = options;
  const wanted = platforms.map((platform) => normalizePlatform(platform));
  const own = await describeEngine(engine, { signal });
  const image = await loadSmallImage(engine, {
    platform: `${own.os}/${own.architecture}`,
    files: () => wanted.map(probeOf),
    labels,
    signal,
  });
  try {
    const outcomes = await Promise.allSettled(
      wanted.map(async (platform): Promise<[string, Emulation]> => {
        const settings = { Entrypoint: [`/${probeName(platform)}`] };
        const { exitCode } = await runContainer(engine, { image: image.name, settings, labels, signal });
        if (exitCode !== probeExitCode) return [platform, "none"];
        return [platform, isNative(own.architecture, architectureOf(platform).name) ? "native" : "binfmt"];
      }),
    );
    signal?.throwIfAborted();
    return new Map(
      outcomes.map((outcome) => {
        if (outcome.status === "rejected") throw outcome.reason;
        return outcome.value;
      }),
    );
  } finally {
    await image.remove();
  }
}

function knownPlatforms(): string[] {
  return architectures.map(({ name }) => `linux/${name}${name === "arm" ? "/v7" : ""}`);
}

function probeOf(platform: string): EntryToPack {
  const header = { name: probeName(platform), type: "file", mode: 0o755 } as const;
  return { header, body: probeProgram(architectureOf(platform)) };
}

function probeName(platform: string): string {
  return `probe-${platform.replaceAll("/", "-")}`;
}

/** Processors that have another architecture's instructions too. */
const alsoRuns: Readonly<Record<string, string>> = { amd64: "386", arm64: "arm" };

function isNative(engine: string, wanted: string): boolean {
  return engine === wanted || alsoRuns[engine] === wanted;
}
