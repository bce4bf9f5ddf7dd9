import { posix } from "node:path";
import type { ImageConfig } from "@slipway/dockerfile";
import { EmulateError } from "./emulate-error.ts";

/**
 * How to transpose. Where the emulator is may be said in either spelling, `hostQemu` or `hostQemuPath`, `containerQemu`
 * or `containerQemuPath`.
 */
export interface TransposeOptions {
  /** The emulator's file on this machine. In the build context it has the same path, `..` and a leading `/` left out. */
  readonly hostQemu?: string | undefined;
  readonly hostQemuPath?: string | undefined;
  /** Where the emulator is while a RUN goes on: an absolute path. */
  readonly containerQemu?: string | undefined;
  readonly containerQemuPath?: string | undefined;
  /** The permission bits of the emulator in the context. Default: 0755. */
  readonly qemuFileMode?: number | undefined;
  /** What the emulator's file must have; without it nothing is compared. */
  readonly sha256?: string | undefined;
  /** `copy` (the default) works with every builder; `mount` needs BuildKit and leaves nothing in the image. */
  readonly way?: TransposeWay | undefined;
  /** An image of the engine that the emulator, at `hostQemu`, is taken from, instead of the build context. */
  readonly emulatorImage?: string | undefined;
  /** What is known of base images: their SHELL, and what they do ONBUILD. */
  readonly baseConfig?: ((image: string) => ImageConfig | undefined) | undefined;
  readonly buildArgs?: Readonly<Record<string, string>> | undefined;
  /** The engine's own platform, as `linux/amd64`: stages that ask for it are left as they are. */
  readonly buildPlatform?: string | undefined;
  /** The Dockerfile's name, for messages. */
  readonly file?: string | undefined;
}

/** How the emulator comes to a RUN: by a COPY into the stage, or by a mount of BuildKit. */
export type TransposeWay = "copy" | "mount";

/** The options, checked. */
export interface TransposePlan {
  readonly hostQemu: string;
  /** Where the emulator is in the build context, or in the emulator's image. */
  readonly contextPath: string;
  /** What RUN calls. Mounted, it is below `/dev`, which is no part of an image: a mount's place would stay in it. */
  readonly containerQemu: string;
  readonly way: TransposeWay;
  readonly emulatorImage: string | undefined;
}

/** Reads either spelling. @throws {EmulateError} EMULATE_BAD_OPTION */
export function readTransposeOptions(given: TransposeOptions | undefined): TransposePlan {
  const options = given ?? {};
  const hostQemu = either(options, "hostQemu", "hostQemuPath");
  const containerQemu = either(options, "containerQemu", "containerQemuPath");
  if (!containerQemu.startsWith("/") || containerQemu.endsWith("/")) {
    throw bad(`the emulator's place in the container, \`${containerQemu}\`, is no absolute path of a file`);
  }
  const way = options.way ?? "copy";
  if (way !== "copy" && way !== "mount") throw bad(`\`${String(way)}\` is no way; \`copy\` and \`mount\` are`);
  const contextPath = toContextPath(hostQemu);
  for (const path of [contextPath, containerQemu]) {
    // Builders expand these in a COPY and take commas apart in a mount.
    const [special] = /[$*?[\]\\`"',\p{Cc}]/u.exec(path) ?? [];
    if (special === undefined) continue;
    throw bad(`the path \`${path}\` has ${JSON.stringify(special)} in it, which a builder would not take as it is`);
  }
  const mounted = containerQemu.startsWith("/dev/") ? containerQemu : `/dev/.${posix.basename(containerQemu)}`;
  return {
    hostQemu,
    contextPath,
    containerQemu: way === "mount" ? mounted : containerQemu,
    way,
    emulatorImage: options.emulatorImage,
  };
}

type PathOption = "hostQemu" | "hostQemuPath" | "containerQemu" | "containerQemuPath";

function either(options: TransposeOptions, name: PathOption, older: PathOption): string {
  const value = options[name] ?? options[older];
  if (typeof value !== "string" || value === "") throw bad(`the option \`${name}\` (or \`${older}\`) is missing`);
  if (options[name] !== undefined && options[older] !== undefined && options[name] !== options[older]) {
    throw bad(`\`${name}\` and \`${older}\` are two spellings of one option and differ`);
  }
  return value;
}

function toContextPath(hostQemu: string): string {
  const parts = hostQemu.split("/").filter((part) => part !== "" && part !== "." && part !== "..");
  if (parts.length === 0) throw bad(`\`${hostQemu}\` is no path of a file`);
  return parts.join("/");
}

function bad(message: string): EmulateError {
  return new EmulateError("EMULATE_BAD_OPTION", message, {
    hint: "give `hostQemu`, the emulator's file, and `containerQemu`, an absolute path such as /usr/bin/qemu-arm-static",
  });
}
