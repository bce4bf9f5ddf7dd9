import { BuildError } from "./build-error.ts";
import type { BuilderName } from "./build-event.ts";
import type { BuildOptions } from "./build-options.ts";

/** A builder and why it is this one. */
export interface BuilderChoice {
  readonly builder: BuilderName;
  readonly reason: string;
}

/** Decides which builder an engine shall use for these options. */
export function chooseBuilder(
  options: Pick<BuildOptions, "builder" | "registryAuth">,
  engine: { readonly buildkit: boolean; readonly kind: string; readonly version: string },
): BuilderChoice {
  const name = `${engine.kind} ${engine.version}`;
  const credentials = Object.keys(options.registryAuth ?? {}).length > 0;
  if (options.builder === "classic") return { builder: "classic", reason: "the classic builder was asked for" };
  if (options.builder === "buildkit") {
    if (!engine.buildkit) {
      throw new BuildError("BUILD_NEEDS_BUILDKIT", `BuildKit was asked for, but ${name} has none`, {
        hint: "leave the option `builder` out, or use Docker Engine 18.09 or later",
      });
    }
    if (credentials) {
      throw new BuildError("BUILD_BAD_OPTION", "`registryAuth` has no effect with BuildKit, which was asked for", {
        hint: "leave the option `builder` out, or pull the private base images before the build",
      });
    }
    return { builder: "buildkit", reason: "BuildKit was asked for" };
  }
  if (!engine.buildkit) return { builder: "classic", reason: `${name} has no BuildKit` };
  if (credentials) {
    return { builder: "classic", reason: "credentials were given, which only the classic builder takes with a build" };
  }
  return { builder: "buildkit", reason: `${name} has BuildKit` };
}
