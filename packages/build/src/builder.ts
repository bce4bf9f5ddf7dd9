import { packDirectory } from "@slipway/context";
import { connect, type Dockerode, type Engine, toEngine } from "@slipway/transport";
import type { BuildHooks, ErrorHandler } from "./build-hooks.ts";
import type { RegistryCredentials } from "./build-options.ts";
import { BuildStream } from "./build-stream.ts";
import { chooseFor } from "./build.ts";
import { connectOptions, type DockerOptions } from "./docker-options.ts";
import { PlainText } from "./plain-text.ts";
import { sendBuild } from "./send-build.ts";

/**
 * Parameters of the engine's `POST /build`, passed on as they are: `t`, `dockerfile`, `buildargs`, `nocache` and so on,
 * with `rm` and `forcerm` set unless given. `version: "2"` is BuildKit; without it, as with the engine itself, the
 * classic builder works. `registryconfig` and `abortSignal` are what they are to dockerode.
 */
export interface EngineBuildOptions {
  readonly version?: "1" | "2" | 1 | 2 | undefined;
  readonly dockerfile?: string | undefined;
  readonly registryconfig?: Readonly<Record<string, RegistryCredentials>> | undefined;
  readonly abortSignal?: AbortSignal | undefined;
  readonly [parameter: string]: unknown;
}

const dropped: ErrorHandler = () => undefined;

/** Builds with streams and hooks, for pipelines. */
export class Builder {
  readonly #engine: () => Promise<Engine>;

  private constructor(engine: () => Promise<Engine>) {
    this.#engine = engine;
  }

  /** A builder on a dockerode, or an engine, of the caller's own. */
  static fromDockerode(docker: Dockerode | Engine): Builder {
    const engine = toEngine(docker);
    return new Builder(() => Promise.resolve(engine));
  }

  /**
   * A builder on the engine at this address.
   *
   * @throws {BuildError} `BUILD_BAD_OPTION`. An engine that does not answer fails the builds
   */
  static fromDockerOpts(options: DockerOptions = {}): Builder {
    const where = connectOptions(options);
    return new Builder(() => connect(where));
  }

  /**
   * Starts a build whose context is written to the stream that it returns and gives to the `buildStream` hook, and whose
   * text is read from it. Destroying the stream ends the build.
   *
   * @param handler is told what a hook throws; without one it is dropped
   */
  createBuildStream(
    options: EngineBuildOptions = {},
    hooks: BuildHooks = {},
    handler: ErrorHandler = dropped,
  ): NodeJS.ReadWriteStream {
    return this.#start(options, hooks, handler);
  }

  /** Builds a folder, without what its ignore file leaves out; otherwise as {@link createBuildStream}. */
  buildDir(
    directory: string,
    options: EngineBuildOptions = {},
    hooks: BuildHooks = {},
    handler: ErrorHandler = dropped,
  ): NodeJS.ReadWriteStream {
    const { dockerfile } = options;
    const stream = this.#start(options, hooks, handler);
    const context = packDirectory(directory, { dockerfile, signal: stream.signal });
    context.once("error", (error) => stream.context.destroy(error));
    stream.context.once("close", () => context.destroy());
    context.pipe(stream);
    return stream;
  }

  #start(options: EngineBuildOptions, hooks: BuildHooks, handler: ErrorHandler): BuildStream {
    const stream = new BuildStream();
    // Not awaited: the build has its own course, and its end is told to the hooks.
    void call(handler, () => hooks.buildStream?.(stream));
    void this.#run(stream, options).then(
      ({ imageId, layers }) => call(handler, () => hooks.buildSuccess?.(imageId, layers)),
      (error: unknown) => call(handler, () => hooks.buildFailure?.(asError(error))),
    );
    return stream;
  }

  async #run(stream: BuildStream, options: EngineBuildOptions): Promise<{ imageId: string; layers: string[] }> {
    const { abortSignal, registryconfig, ...query } = options;
    const signal = abortSignal ? AbortSignal.any([abortSignal, stream.signal]) : stream.signal;
    const text = new PlainText();
    try {
      const engine = await this.#engine();
      const builder = String(options.version ?? "1") === "2" ? "buildkit" : "classic";
      if (builder === "buildkit") await chooseFor(engine, { builder, registryAuth: registryconfig, signal });
      return await sendBuild(engine, {
        tar: stream.context,
        query: { rm: "1", forcerm: "1", ...query },
        builder,
        dockerfile: options.dockerfile ?? "Dockerfile",
        registryConfig: registryconfig,
        signal,
        onEvent: (event) => (builder === "buildkit" ? stream.print(text.render(event)) : undefined),
        // The classic builder's own text, as callers know it.
        onRecord: (record) => (typeof record["stream"] === "string" ? stream.print(record["stream"]) : undefined),
      });
    } finally {
      stream.finish();
    }
  }
}

async function call(handler: ErrorHandler, hook: () => unknown): Promise<void> {
  try {
    await hook();
  } catch (error) {
    await handler(asError(error));
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error), { cause: error });
}
