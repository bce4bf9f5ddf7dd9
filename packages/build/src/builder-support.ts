import type { Dockerfile, Instruction } from "@slipway/dockerfile";
import type { Problem } from "@slipway/errors";
import type { BuildErrorCode } from "./build-error.ts";
import type { BuilderName } from "./build-event.ts";
import type { BuildOptions } from "./build-options.ts";
import { cacheImage } from "./build-query.ts";

/** Of an engine, what decides what its builders can do. */
export interface BuilderEngine {
  readonly kind: string;
  readonly version: string;
  readonly apiVersion: string;
  readonly buildkit: boolean;
  /** What it builds images for: `linux`. */
  readonly os?: string | undefined;
}

const systems = new Set(["windows", "darwin", "freebsd", "linux"]);

type Found = Problem<BuildErrorCode>;

/** Everything that the options and the Dockerfile ask for and this builder of this engine cannot do. */
export function unsupported(
  builder: BuilderName,
  engine: BuilderEngine,
  options: BuildOptions,
  dockerfile?: Dockerfile,
): Found[] {
  const found = [
    ...otherOs(options, engine),
    ...notPodman(options, engine),
    ...(builder === "classic" ? notClassic(options) : notBuildkit(options, engine)),
  ];
  // With `# syntax=` another frontend reads the Dockerfile, and what that can do is not known here.
  if (!dockerfile || (builder === "buildkit" && "syntax" in dockerfile.directives)) return found;
  const features = dockerfile.instructions.flatMap((instruction) => instructionFeatures(instruction));
  for (const { name, since, instruction } of features) {
    if (builder === "buildkit" && (since === undefined || atLeast(engine.apiVersion, since))) continue;
    const classic = builder === "classic";
    const range = instruction.range;
    found.push({
      code: classic ? "BUILD_NEEDS_BUILDKIT" : "BUILD_NOT_SUPPORTED",
      message: `${instruction.keyword}: ${classic ? "the classic builder" : `the BuildKit of ${engine.kind} ${engine.version}`} does not know ${name}`,
      hint: classic
        ? engine.buildkit
          ? 'build with BuildKit: the option `builder: "buildkit"`'
          : `do without it, as ${engine.kind} ${engine.version} has no BuildKit`
        : "do without it, or use a newer engine",
      range,
    });
  }
  return found;
}

/** A platform's first part is its system, unless it is all there is and an architecture. */
function otherOs({ platform }: BuildOptions, { kind, version, os }: BuilderEngine): Found[] {
  const [system, architecture] = platform?.toLowerCase().split("/") ?? [];
  const same = architecture === undefined ? !systems.has(system ?? "") || system === os : system === os;
  if (platform === undefined || os === undefined || same) return [];
  return [
    {
      code: "BUILD_NOT_SUPPORTED",
      message: `${kind} ${version} builds for ${os}, and the platform ${platform} was given`,
      hint: `give ${os}/ARCHITECTURE, or another engine`,
      path: "platform",
    },
  ];
}

/** Podman 4 writes that word into /etc/hosts as it is. */
function notPodman({ extraHosts = [] }: BuildOptions, { kind, version }: BuilderEngine): Found[] {
  if (kind !== "podman" || Number.parseInt(version, 10) >= 5) return [];
  return extraHosts
    .filter((entry) => entry.endsWith("host-gateway"))
    .map((entry) => ({
      code: "BUILD_NOT_SUPPORTED",
      message: `the builder of podman ${version} knows no host-gateway, and \`extraHosts\` has \`${entry}\``,
      hint: "give the host's address",
      path: "extraHosts",
    }));
}

function notClassic({ secrets, ssh, inlineCache, cacheTo, cacheFrom }: BuildOptions): Found[] {
  const needBuildkit = Object.entries({ secrets, ssh, inlineCache, cacheTo }).filter(([, value]) => isGiven(value));
  return [
    ...needBuildkit.map(([name]) => ({
      code: "BUILD_NEEDS_BUILDKIT" as const,
      message: `the classic builder cannot do the option \`${name}\``,
      hint: "build with BuildKit, if the engine has it, or leave the option out",
      path: name,
    })),
    ...notCacheImages(cacheFrom),
  ];
}

function notBuildkit(options: BuildOptions, engine: BuilderEngine): Found[] {
  const { memory, memorySwap, networkMode, shmSize, ulimits, cacheTo = [], cacheFrom } = options;
  const name = `the BuildKit of ${engine.kind} ${engine.version}`;
  const old = atLeast(engine.apiVersion, "1.42") ? {} : { shmSize, ulimits };
  const ignored = Object.entries({ memory, memorySwap, ...old }).filter(([, value]) => isGiven(value));
  const found = ignored.map(([option]): Found => ({
    code: "BUILD_NOT_SUPPORTED",
    message: `${name} ignores the option \`${option}\``,
    hint: 'leave it out, or build with the classic builder: the option `builder: "classic"`',
    path: option,
  }));
  if (networkMode !== undefined && !["default", "none", "host"].includes(networkMode)) {
    found.push({
      code: "BUILD_NOT_SUPPORTED",
      message: `BuildKit's \`networkMode\` is default, none or host, and \`${networkMode}\` was given`,
      hint: 'for a network by its name build with the classic builder: the option `builder: "classic"`',
      path: "networkMode",
    });
  }
  for (const target of cacheTo) {
    if (target === "inline" || target === "type=inline") continue;
    found.push({
      code: "BUILD_NOT_SUPPORTED",
      message: `an engine's own BuildKit exports its cache \`inline\` only, and \`${target}\` was given`,
      hint: "use `inline`, and push the image",
      path: "cacheTo",
    });
  }
  return [...found, ...notCacheImages(cacheFrom)];
}

function notCacheImages(cacheFrom: readonly string[] = []): Found[] {
  return cacheFrom
    .filter((entry) => cacheImage(entry) === undefined)
    .map((entry) => ({
      code: "BUILD_NOT_SUPPORTED",
      message: `engines take images as cache, and \`cacheFrom\` has \`${entry}\``,
      hint: "give an image's name, or type=registry,ref=name",
      path: "cacheFrom",
    }));
}

interface Feature {
  readonly name: string;
  /** The API version of the first engine whose own BuildKit knows it; undefined where all do, or its own error is clear. */
  readonly since: string | undefined;
  readonly instruction: Instruction;
}

/** By instruction and flag. Engine 23 has API 1.42. */
const flags: Readonly<Record<string, Readonly<Record<string, string | undefined>>>> = {
  RUN: { mount: undefined, network: "1.42", security: undefined },
  COPY: { chmod: undefined, link: "1.42", parents: undefined, exclude: undefined },
  ADD: { chmod: undefined, link: "1.42", checksum: undefined, "keep-git-dir": undefined, exclude: undefined },
};

function instructionFeatures(instruction: Instruction): Feature[] {
  const { keyword, heredocs, trigger } = instruction;
  const known = flags[keyword] ?? {};
  const found = instruction.flags.flatMap(({ name }) =>
    Object.hasOwn(known, name) ? [{ name: `--${name}`, since: known[name], instruction }] : [],
  );
  if (heredocs.length > 0) found.push({ name: "here-documents", since: "1.42", instruction });
  return trigger ? [...found, ...instructionFeatures(trigger)] : found;
}

function isGiven(value: unknown): boolean {
  if (value === undefined || value === false) return false;
  return typeof value !== "object" || value === null || Object.keys(value).length > 0;
}

function atLeast(version: string, wanted: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = wanted.split(".").map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
