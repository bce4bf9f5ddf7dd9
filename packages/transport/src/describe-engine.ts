import type Dockerode from "dockerode";
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
  /** What it runs natively, as `os/architecture`. */
  readonly platforms: readonly string[];
  readonly buildkit: boolean;
  readonly storageDriver: string;
  readonly rootless: boolean;
  readonly host: string;
  readonly source: string;
}

/** Asks an engine what it is and can do. */
export async function describeEngine(
  handle: Engine | Dockerode,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<EngineDescription> {
  const engine = toEngine(handle);
  try {
    const [version, info] = await Promise.all([engine.docker.version(), engine.docker.info()]);
    options.signal?.throwIfAborted();
    const kind = kindOf(version);
    return {
      kind,
      version: version.Version,
      apiVersion: version.ApiVersion,
      os: version.Os,
      architecture: version.Arch,
      platforms: [`${version.Os}/${version.Arch}`],
      // In the API since 1.39; podman and balenaEngine speak that API without it.
      buildkit: kind === "docker" && atLeast(version.ApiVersion, 1, 39) && version.Os === "linux",
      storageDriver: info.Driver,
      rootless: ((info.SecurityOptions ?? []) as string[]).some((option) => option.includes("name=rootless")),
      host: engine.host,
      source: engine.source,
    };
  } catch (error) {
    options.signal?.throwIfAborted();
    throw engineError(error, "asking the engine what it is");
  }
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
