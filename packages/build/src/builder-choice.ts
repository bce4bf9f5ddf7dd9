import type { Dockerfile } from "@slipway/dockerfile";
import { BuildError } from "./build-error.ts";
import type { BuilderName } from "./build-event.ts";
import type { BuildOptions } from "./build-options.ts";
import { type BuilderEngine, unsupported } from "./builder-support.ts";

/** A builder and why it is this one. */
export interface BuilderChoice {
  readonly builder: BuilderName;
  readonly reason: string;
}

/**
 * Decides which builder an engine shall use for these options and, where its text is known, this Dockerfile.
 *
 * @throws {BuildError} with everything that the builder which was asked for, or both, cannot do
 */
export function chooseBuilder(options: BuildOptions, engine: BuilderEngine, dockerfile?: Dockerfile): BuilderChoice {
  const name = `${engine.kind} ${engine.version}`;
  const { builder = "auto" } = options;
  if (builder === "buildkit" && !engine.buildkit) {
    throw new BuildError("BUILD_NEEDS_BUILDKIT", `BuildKit was asked for, but ${name} has none`, {
      hint: "leave the option `builder` out, or use Docker Engine 18.09 or later",
    });
  }
  const wanted = builder === "auto" ? (engine.buildkit ? "buildkit" : "classic") : builder;
  const [problem, ...more] = unsupported(wanted, engine, options, dockerfile);
  if (!problem) {
    if (builder === "auto") return { builder: wanted, reason: `${name} has ${engine.buildkit ? "" : "no "}BuildKit` };
    return { builder, reason: builder === "classic" ? "the classic builder was asked for" : "BuildKit was asked for" };
  }
  // What BuildKit cannot do, the classic builder may.
  if (builder === "auto" && wanted === "buildkit" && unsupported("classic", engine, options, dockerfile).length === 0) {
    return { builder: "classic", reason: problem.message };
  }
  throw BuildError.ofProblems([problem, ...more]);
}
