import type { Readable } from "node:stream";
import {
  ContextError,
  type EntryToPack,
  normalizePath,
  parseIgnore,
  rewriteTar,
  type TarChange,
  type TarHeader,
} from "@slipway/context";
import { EmulateError } from "./emulate-error.ts";
import { type EmulatorFile, readEmulatorFile, verified } from "./emulator-file.ts";
import { transposeBytes } from "./transpose-bytes.ts";
import { readTransposeOptions, type TransposeOptions, type TransposePlan } from "./transpose-options.ts";

/** How to transpose a build context. */
export interface TransposeTarOptions extends TransposeOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Dockerfiles and ignore files are held in memory; nothing else is. */
const longestText = 16 * 1024 * 1024;

/**
 * Transposes the Dockerfile in a tar stream, and puts the emulator in. An ignore file that would leave the emulator out
 * gets an exception for it. Where there is no file at `hostQemu`, the context must have the emulator at that path.
 *
 * The stream goes at its reader's pace, and fails with an error of the source, of the Dockerfile, or with
 * EMULATE_NO_DOCKERFILE at its end.
 *
 * @param dockerfileName its path in the context
 * @throws {EmulateError} EMULATE_BAD_OPTION, EMULATE_NO_EMULATOR
 */
export async function transposeTarStream(
  stream: Readable,
  options: TransposeTarOptions,
  dockerfileName: string = "Dockerfile",
): Promise<Readable> {
  try {
    const plan = readTransposeOptions(options);
    const dockerfile = normalizePath(dockerfileName);
    const emulator =
      plan.emulatorImage === undefined
        ? await readEmulatorFile(plan.hostQemu, options.sha256, options.signal)
        : undefined;
    return new ContextRewriter({ plan, options, dockerfile, emulator }).rewrite(stream);
  } catch (error) {
    stream.destroy();
    throw error;
  }
}

interface Rewriting {
  readonly plan: TransposePlan;
  readonly options: TransposeTarOptions;
  readonly dockerfile: string;
  readonly emulator: EmulatorFile | undefined;
}

class ContextRewriter {
  readonly #given: Rewriting;
  #hasDockerfile = false;
  #hasEmulator: boolean;

  constructor(given: Rewriting) {
    this.#given = given;
    this.#hasEmulator = given.plan.emulatorImage !== undefined;
  }

  rewrite(stream: Readable): Readable {
    const { options, emulator } = this.#given;
    return rewriteTar(stream, {
      first: emulator ? [this.#ownEmulator(emulator)] : [],
      change: (header) => this.#change(header),
      last: () => {
        if (!this.#hasDockerfile) throw this.#noDockerfile();
        if (!this.#hasEmulator) throw this.#noEmulator();
        return [];
      },
      signal: options.signal,
    });
  }

  #change(header: TarHeader): TarChange | undefined {
    const { plan, dockerfile, emulator } = this.#given;
    const { name, type } = header;
    if (name === dockerfile) return (body) => this.#dockerfile(header, body);
    if (plan.emulatorImage !== undefined) return undefined;
    if (name === ".dockerignore" || name === `${dockerfile}.dockerignore`) {
      return type === "file" ? (body) => this.#ignoreFile(header, body) : undefined;
    }
    if (name !== plan.contextPath) return undefined;
    if (emulator) return () => undefined;
    return type === "file" ? (body) => this.#givenEmulator(header, body) : undefined;
  }

  #ownEmulator(emulator: EmulatorFile): EntryToPack {
    this.#hasEmulator = true;
    const { plan, options } = this.#given;
    // A fixed date: of two contexts that are alike the outcome is alike.
    const header = { name: plan.contextPath, type: "file", size: emulator.size, mtime: new Date(0) } as const;
    return { header: { ...header, mode: this.#mode() }, body: emulator.open(options.signal) };
  }

  #givenEmulator(header: TarHeader, body: Readable): EntryToPack {
    this.#hasEmulator = true;
    return { header: { ...header, mode: this.#mode() }, body: verified(header.name, body, this.#given.options.sha256) };
  }

  #mode(): number {
    return (this.#given.options.qemuFileMode ?? 0o755) & 0o7777;
  }

  async #dockerfile(header: TarHeader, body: Readable): Promise<EntryToPack> {
    const { dockerfile, options } = this.#given;
    if (header.type !== "file") {
      throw new EmulateError("EMULATE_BAD_DOCKERFILE", `\`${dockerfile}\` in the build context is a ${header.type}`, {
        hint: header.type.endsWith("link")
          ? "name the file that it leads to"
          : "name the Dockerfile's path in the context",
      });
    }
    this.#hasDockerfile = true;
    const changed = transposeBytes(await whole(header.name, body), { file: dockerfile, ...options });
    return { header: { ...header, size: changed.length }, body: changed };
  }

  async #ignoreFile(header: TarHeader, body: Readable): Promise<EntryToPack> {
    const bytes = await whole(header.name, body);
    const { contextPath } = this.#given.plan;
    if (!ignores(bytes.toString("utf8"), contextPath)) return { header, body: bytes };
    const isOpen = bytes.length > 0 && bytes.at(-1) !== 0x0a;
    const changed = Buffer.concat([bytes, Buffer.from(`${isOpen ? "\n" : ""}!${contextPath}\n`)]);
    return { header: { ...header, size: changed.length }, body: changed };
  }

  #noDockerfile(): EmulateError {
    return new EmulateError("EMULATE_NO_DOCKERFILE", `the build context has no \`${this.#given.dockerfile}\``, {
      hint: "give the Dockerfile's path in the context",
    });
  }

  #noEmulator(): EmulateError {
    const { hostQemu, contextPath } = this.#given.plan;
    const message = `there is no emulator: neither a file ${hostQemu}, nor \`${contextPath}\` in the build context`;
    return new EmulateError("EMULATE_NO_EMULATOR", message, {
      hint: "give the path of a static qemu-user binary that knows `-execve`",
    });
  }
}

/** Whether a builder would leave the path out. A file with mistakes is the builder's to refuse. */
function ignores(text: string, path: string): boolean {
  try {
    return parseIgnore(text).ignores(path);
  } catch (error) {
    if (error instanceof ContextError) return false;
    throw error;
  }
}

async function whole(name: string, body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size <= longestText) continue;
    throw new EmulateError("EMULATE_BAD_DOCKERFILE", `\`${name}\` has more than 16 MiB`, {
      hint: "is this the file that was meant?",
    });
  }
  return Buffer.concat(chunks);
}
