import { Readable } from "node:stream";
import {
  Demultiplexer,
  type Engine,
  engineError,
  hijack,
  type ImageInspect,
  type OutputStream,
  putArchive,
} from "@slipway/transport";
import { StiError } from "./sti-error.ts";

/** What a container for a script is made of. */
export interface ContainerSpec {
  /** Part of its name, for people who look at the engine. */
  readonly role: string;
  readonly image: ImageInspect;
  readonly command: string;
  readonly environment?: Readonly<Record<string, string>> | undefined;
  readonly user?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Paths that are volumes of the container's own: what is there never becomes part of an image, and goes with it. */
  readonly volumes?: readonly string[] | undefined;
  /** Volumes with a name, made where there are none yet, which stay when the container goes. */
  readonly shared?: readonly SharedVolume[] | undefined;
  readonly platform?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A volume, and where it is in a container. */
export interface SharedVolume {
  readonly name: string;
  readonly target: string;
}

/** A container of ours; it is removed with its volumes, running or not. */
export class ScriptContainer {
  readonly id: string;
  readonly #engine: Engine;
  readonly #signal: AbortSignal | undefined;

  private constructor(engine: Engine, id: string, signal: AbortSignal | undefined) {
    this.#engine = engine;
    this.id = id;
    this.#signal = signal;
  }

  /** @throws StiError STI_CREATE_CONTAINER_FAILED */
  static async create(engine: Engine, spec: ContainerSpec, runId: string): Promise<ScriptContainer> {
    const { role, image, platform, signal, volumes = [], shared = [] } = spec;
    signal?.throwIfAborted();
    const body = {
      Image: image.Id,
      // An entry point is put out of the way; one where there was none could not be taken away from a committed image.
      ...(hasEntrypoint(image) ? { Entrypoint: [spec.command], Cmd: [] } : { Cmd: [spec.command] }),
      Env: Object.entries(spec.environment ?? {}).map(([name, value]) => `${name}=${value}`),
      Labels: spec.labels ?? {},
      ...(spec.user === undefined ? {} : { User: spec.user }),
      HostConfig: {
        // Output goes to us alone: neither a great deal of it nor bytes that are no text touch the engine's disk.
        LogConfig: { Type: "none", Config: {} },
        Mounts: [...volumes.map((target) => ({ target, name: undefined })), ...shared].map(({ target, name }) => ({
          Type: "volume",
          Target: target,
          ...(name === undefined ? {} : { Source: name }),
          VolumeOptions: { NoCopy: true, Labels: spec.labels ?? {} },
        })),
      },
    };
    const query = { name: `slipway-sti-${runId}-${role}`, ...(platform === undefined ? {} : { platform }) };
    try {
      // Not aborted: a container that is made after its request was given up would stay.
      const created = await engine.docker.createContainer({ _query: query, _body: body } as object);
      return new ScriptContainer(engine, created.id, signal);
    } catch (cause) {
      const error = engineError(cause, `creating a container of ${image.RepoTags?.[0] ?? image.Id}`) as Error;
      throw new StiError("STI_CREATE_CONTAINER_FAILED", error.message, { cause, image: image.Id });
    }
  }

  /** Unpacks a tar at the container's root. */
  async put(tar: Readable): Promise<void> {
    await putArchive(this.#engine, this.id, tar, { path: "/", signal: this.#signal });
  }

  /** Starts the container's command and hands on its output, at the reader's pace, until it has ended. */
  async *start(signal: AbortSignal | undefined = this.#signal): AsyncGenerator<ScriptOutput, void, undefined> {
    signal?.throwIfAborted();
    const stream = await hijack(this.#engine, {
      // The last character is cut off on the way, as a path without a query of dockerode's own ends with `?`.
      path: `/containers/${this.id}/attach?stream=1&stdout=1&stderr=1&`,
      method: "POST",
      signal,
    });
    // An abort may come before its reader does, who hears of it all the same.
    stream.on("error", () => undefined);
    try {
      await this.#engine.docker.getContainer(this.id).start(signal ? { abortSignal: signal } : {});
      const pieces: ScriptOutput[] = [];
      const demultiplexer = new Demultiplexer((data, from) => pieces.push({ stream: from, data }));
      for await (const chunk of stream) {
        demultiplexer.write(chunk as Buffer);
        yield* pieces.splice(0);
      }
    } catch (error) {
      signal?.throwIfAborted();
      throw engineError(error, `running ${this.id.slice(0, 12)}`);
    } finally {
      stream.destroy();
    }
    signal?.throwIfAborted();
  }

  /** What its command has exited with. */
  async exitCode(signal: AbortSignal | undefined = this.#signal): Promise<number> {
    const { StatusCode } = await this.#engine.docker
      .getContainer(this.id)
      .wait(signal ? { abortSignal: signal } : {})
      .catch((error: unknown) => {
        signal?.throwIfAborted();
        throw engineError(error, `waiting for ${this.id.slice(0, 12)}`);
      });
    return StatusCode as number;
  }

  /** Removes the container with the volumes of its own, also where it runs. */
  async remove(): Promise<void> {
    try {
      await this.#engine.docker.getContainer(this.id).remove({ force: true, v: true });
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode === 404) return;
      throw engineError(error, `removing container ${this.id.slice(0, 12)}`);
    }
  }
}

/** A piece of a script's output. */
export interface ScriptOutput {
  readonly stream: OutputStream;
  readonly data: Buffer;
}

function hasEntrypoint({ Config: { Entrypoint } }: ImageInspect): boolean {
  return Entrypoint !== undefined && Entrypoint !== null && Entrypoint.length > 0;
}
