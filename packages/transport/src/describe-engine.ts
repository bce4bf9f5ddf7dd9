import type Dockerode from "dockerode";
import { ask } from "./ask.ts";
import { builderPlatforms } from "./builder-platforms.ts";
import type { Engine } from "./engine.ts";
import { engineError } from "./engine-error.ts";
import { toEngine } from "./to-engine.ts";

/** What an engine is and can do. */
export interface EngineDescription {
  readonly kind: "docker" | "balenaEngine" | "podman";
  readonly version: string;
  readonly apiVersion: string;
  readonly os: string;
  /** The engine's name for it: `amd64`, `arm64`, `arm`. */
  readonly architecture: string;
  /**
   * What it builds and runs, natively or by emulation, the native one first: `linux/amd64`, `linux/arm/v7`. Where the
   * engine doesn't tell, its native one alone.
   */
  readonly platforms: readonly string[];
  readonly buildkit: boolean;
  readonly storageDriver: string;
  readonly rootless: boolean;
  readonly host: string;
  readonly source: string;
}

/** How to ask. */
export interface DescribeOptions {
  /** Takes the native platform for all of them: that is quicker, as BuildKit isn't asked. */
  readonly nativeOnly?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Asks an engine what it is and can do. */
export async function describeEngine(
  handle: Engine | Dockerode,
  options: DescribeOptions = {},
): Promise<EngineDescription> {
  const engine = toEngine(handle);
  try {
    const [version, info, builder] = await Promise.all([
      ask<Dockerode.DockerVersion>(engine, { path: "/version", signal: options.signal }),
      ask<EngineInfo>(engine, { path: "/info", signal: options.signal }),
      options.nativeOnly ? [] : builderPlatforms(engine, options.signal),
    ]);
    options.signal?.throwIfAborted();
    const kind = kindOf(version);
    return {
      kind,
      version: version.Version,
      apiVersion: version.ApiVersion,
      os: version.Os,
      architecture: version.Arch,
      platforms: [...new Set([`${version.Os}/${version.Arch}`, ...builder])],
      // In the API since 1.39; podman and balenaEngine speak that API without it.
      buildkit: kind === "docker" && atLeast(version.ApiVersion, 1, 39) && version.Os === "linux",
      storageDriver: info.Driver,
      rootless: (info.SecurityOptions ?? []).some((option) => option.includes("name=rootless")),
      host: engine.host,
      source: engine.source,
    };
  } catch (error) {
    options.signal?.throwIfAborted();
    throw engineError(error, "asking the engine what it is");
  }
}

interface EngineInfo {
  readonly Driver: string;
  readonly SecurityOptions?: readonly string[] | null;
}

function kindOf(version: Dockerode.DockerVersion): EngineDescription["kind"] {
  const names = [version.Platform?.Name ?? "", ...(version.Components ?? []).map((component) => component.Name)];
  if (names.some((name) => /podman/i.test(name))) return "podman";
  if (names.some((name) => /balena/i.test(name)) || /balena|dev$/i.test(version.Version)) return "balenaEngine";
  return "docker";
}

function atLeast(version: string, major: number, minor: number): boolean {
  const [a = 0, b = 0] = version.split(".").map(Number);
  return a > major || (a === major && b >= minor);
}
