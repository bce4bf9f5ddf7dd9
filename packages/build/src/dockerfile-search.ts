import { PassThrough, type Readable } from "node:stream";
import { text as readText } from "node:stream/consumers";
import { normalizePath, readEntries } from "@slipway/context";

/** How much of an archive is looked through. */
const lookAtMost = 16 * 1024 * 1024;

/**
 * Looks for the Dockerfile near the beginning of a tar archive that passes by. What is wrong with the archive is the
 * engine's to say.
 */
export class DockerfileSearch {
  readonly #archive = new PassThrough();
  #seen = 0;
  #over = false;
  /** Undefined if the archive ends, or 16 MiB have passed, without it. */
  readonly text: Promise<string | undefined>;

  constructor(dockerfile: string) {
    this.text = find(this.#archive, dockerfile).then((text) => {
      this.#over = true;
      this.#archive.destroy();
      return text;
    });
  }

  /** Whether it was found, or is not looked for any more. */
  get over(): boolean {
    return this.#over;
  }

  push(chunk: Buffer): void {
    if (this.#over || this.#archive.writableEnded) return;
    this.#seen += chunk.length;
    if (this.#seen > lookAtMost) this.end();
    else this.#archive.write(chunk);
  }

  /** No more of the archive comes. */
  end(): void {
    if (!this.#over) this.#archive.end();
  }
}

async function find(archive: Readable, dockerfile: string): Promise<string | undefined> {
  try {
    const wanted = normalizePath(dockerfile);
    for await (const { header, body } of readEntries(archive)) {
      if (header.name === wanted && header.type === "file") return await readText(body);
    }
  } catch {
    // A path that no archive has, not a tar archive, or a damaged or compressed one, or it was not in what was looked through.
  }
  return undefined;
}
