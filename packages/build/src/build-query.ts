import type { BuilderName } from "./build-event.ts";
import type { BuildOptions, Ulimit } from "./build-options.ts";
import { extraHost } from "./extra-host.ts";

/** Parameters of the engine's `POST /build`; a list stands for a repeated parameter. */
export type BuildQuery = Record<string, string | readonly string[]>;

/** The engine's words for build options. Podman has some of its own. */
export function buildQuery(options: BuildOptions, builder: BuilderName, kind = "docker"): BuildQuery {
  const query: BuildQuery = {
    version: builder === "buildkit" ? "2" : "1",
    // Also when a step fails: the API's own default leaves the failed step's container behind.
    rm: "1",
    forcerm: "1",
  };
  if (options.dockerfile !== undefined) query["dockerfile"] = options.dockerfile;
  if (options.tags?.length) query["t"] = [...options.tags];
  const inline = options.inlineCache || options.cacheTo?.length ? { BUILDKIT_INLINE_CACHE: "1" } : undefined;
  if (options.buildArgs || inline) query["buildargs"] = JSON.stringify({ ...options.buildArgs, ...inline });
  if (options.labels) query["labels"] = JSON.stringify(options.labels);
  if (options.target !== undefined) query["target"] = options.target;
  if (options.platform !== undefined) query["platform"] = options.platform;
  if (options.noCache) query["nocache"] = "1";
  if (options.pull) query["pull"] = "1";
  if (options.cacheFrom?.length)
    query["cachefrom"] = JSON.stringify(options.cacheFrom.map((one) => cacheImage(one) ?? one));
  const podman = kind === "podman";
  const hosts = options.extraHosts?.map((entry) => extraHost(entry) ?? entry) ?? [];
  if (hosts.length > 0) query["extrahosts"] = podman ? JSON.stringify(hosts) : hosts;
  if (options.shmSize !== undefined) query["shmsize"] = String(options.shmSize);
  if (options.ulimits) {
    const limits = Object.entries(options.ulimits).map(ulimit);
    const shown = limits.map(({ Name, Soft, Hard }) => `${Name}=${Soft}:${Hard}`);
    query["ulimits"] = JSON.stringify(podman ? shown : limits);
  }
  if (options.memory !== undefined) query["memory"] = String(options.memory);
  if (options.memorySwap !== undefined) query["memswap"] = String(options.memorySwap);
  if (options.networkMode !== undefined) query["networkmode"] = options.networkMode;
  return query;
}

/** The image of an entry of `cacheFrom`; undefined for a cache that is none. */
export function cacheImage(entry: string): string | undefined {
  if (!entry.includes("=")) return entry;
  const fields = new Map(
    entry.split(",").map((field) => [field.slice(0, field.indexOf("=")), field.slice(field.indexOf("=") + 1)]),
  );
  return fields.get("type") === "registry" ? fields.get("ref") : undefined;
}

function ulimit([name, limit]: [string, Ulimit]): { Name: string; Soft: number; Hard: number } {
  const { soft, hard } = typeof limit === "number" ? { soft: limit, hard: limit } : limit;
  return { Name: name, Soft: soft, Hard: hard };
}
