import { connect, describeEngine, type Dockerode, type Engine, toEngine } from "@slipway/transport";
import type { BuildHooks, ErrorHandler } from "./build-hooks.ts";
import { directoryDockerfile } from "./build-input.ts";
import type { RegistryCredentials } from "./build-options.ts";
import { BuildStream } from "./build-stream.ts";
import { chooseBuilder } from "./builder-choice.ts";
import { credentialsOf } from "./credentials.ts";
import { directoryContext } from "./directory-context.ts";
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

  /**
   * Builds a folder, without what its ignore file leaves out; `dockerfile` may be elsewhere. Otherwise as
   * {@link createBuildStream}.
   */
  buildDir(
    directory: string,
    options: EngineBuildOptions = {},
    hooks: BuildHooks = {},
    handler: ErrorHandler = dropped,
  ): NodeJS.ReadWriteStream {
    return this.#start(options, hooks, handler, directory);
  }

  /** @param directory is built; without one, what is written to the stream is */
  #start(options: EngineBuildOptions, hooks: BuildHooks, handler: ErrorHandler, directory?: string): BuildStream {
    const stream = new BuildStream(options.dockerfile);
    // Not awaited: the build has its own course, and its end is told to the hooks.
    void call(handler, () => hooks.buildStream?.(stream));
    void this.#run(stream, options, directory).then(
      ({ imageId, layers }) => call(handler, () => hooks.buildSuccess?.(imageId, layers)),
      (error: unknown) => call(handler, () => hooks.buildFailure?.(asError(error))),
    );
    return stream;
  }

  async #run(
    stream: BuildStream,
    options: EngineBuildOptions,
    directory: string | undefined,
  ): Promise<{ imageId: string; layers: string[] }> {
    const { abortSignal, registryconfig, ...query } = options;
    const signal = abortSignal ? AbortSignal.any([abortSignal, stream.signal]) : stream.signal;
    const text = new PlainText();
    const { dockerfile = "Dockerfile" } = options;
    try {
      const engine = await this.#engine();
      const builder = isBuildkit(options) ? "buildkit" : "classic";
      if (builder === "buildkit")
        chooseBuilder({ builder }, await describeEngine(engine, { nativeOnly: true, signal }));
      const context =
        directory === undefined
          ? { tar: stream.context }
          : directoryContext(directory, { dockerfile: options.dockerfile, builder, signal });
      const session = { ...context.session, credentials: registryconfig && credentialsOf(registryconfig) };
      return await sendBuild(engine, {
        tar: context.tar,
        session: builder === "buildkit" ? session : undefined,
        query: { rm: "1", forcerm: "1", ...query, ...(context.dockerfile ? { dockerfile: context.dockerfile } : {}) },
        builder,
        dockerfile,
        known: directory === undefined ? stream.known : directoryDockerfile(directory, dockerfile),
        registryConfig: builder === "classic" ? registryconfig : undefined,
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

function isBuildkit({ version }: EngineBuildOptions): boolean {
  return String(version ?? "1") === "2";
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
