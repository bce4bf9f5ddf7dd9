import { Duplex, PassThrough, type Readable } from "node:stream";
import { DockerfileSearch } from "./dockerfile-search.ts";
import { type KnownDockerfile, knownDockerfile } from "./known-dockerfile.ts";

/**
 * The two ends of a build in one stream: the context is written to it, the build's text read from it. Text is held for
 * as long as nobody reads it, so that a build never waits for its reader. Destroying the stream ends the build.
 */
export class BuildStream extends Duplex {
  readonly #context = new PassThrough();
  readonly #ended = new AbortController();
  readonly #search: DockerfileSearch;
  readonly #dockerfile: string;
  #over = false;

  constructor(dockerfile = "Dockerfile") {
    super({ allowHalfOpen: true });
    this.#dockerfile = dockerfile;
    this.#search = new DockerfileSearch(dockerfile);
    this.#context.once("close", () => this.#search.end());
    // What ends the context early, such as a build that fails, ends the writing of whoever waits for it to drain too.
    this.#context.on("error", () => undefined);
    // What the stream is destroyed with is why the build fails, and told by that.
    this.on("error", () => undefined);
  }

  /** What was written, for the engine. */
  get context(): Readable {
    return this.#context;
  }

  /** Aborts once the stream is destroyed before the build's end. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /** The Dockerfile of what was written, if it was there by the build's end. */
  get known(): Promise<KnownDockerfile | undefined> {
    return this.#search.text.then((text) => knownDockerfile(text, this.#dockerfile));
  }

  print(text: string): void {
    if (!this.#over && !this.destroyed) this.push(text);
  }

  /** The build is over: what was printed can be read to its end, what is still written goes nowhere, and then it closes. */
  finish(): void {
    if (this.#over) return;
    this.#over = true;
    this.#context.destroy();
    if (this.destroyed) return;
    this.push(null);
    this.once("end", () => this.destroy());
    // A stream that nobody reads would never come to its end.
    if (this.readableFlowing === null) this.resume();
  }

  override _read(): void {
    // Text comes when the engine has some.
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#search.push(chunk);
    if (this.#context.destroyed || this.#context.write(chunk)) return done();
    const go = (): void => {
      this.#context.off("drain", go);
      this.#context.off("close", go);
      done();
    };
    this.#context.on("drain", go);
    this.#context.on("close", go);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#context.end();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (!this.#over) this.#ended.abort(error ?? new DOMException("the build's stream was destroyed", "AbortError"));
    this.#context.destroy();
    done(error);
  }
}
