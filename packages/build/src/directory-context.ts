import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { packDirectory, rewriteTar } from "@slipway/context";
import type { BuildSessionOptions } from "@slipway/transport";
import { BuildError } from "./build-error.ts";
import type { BuilderName } from "./build-event.ts";
import { directorySource } from "./directory-source.ts";

/** How a folder reaches a builder. */
export interface DirectoryContext {
  readonly tar: Readable;
  readonly session?: BuildSessionOptions;
  /** What the engine is to take for the Dockerfile's name; its own default without. */
  readonly dockerfile?: string;
}

/**
 * A folder for a builder: BuildKit is sent what has changed, the classic builder a tar stream of it. The Dockerfile may be
 * elsewhere, as `docker build -f` has it.
 *
 * @param dockerfile its path, from the folder
 */
export function directoryContext(
  directory: string,
  dockerfile: string | undefined,
  builder: BuilderName,
  signal: AbortSignal | undefined,
): DirectoryContext {
  const { name, outside } = placeOf(directory, dockerfile);
  const named = name === undefined ? {} : { dockerfile: name };
  if (builder === "buildkit") {
    const dockerfiles = outside === undefined ? {} : { dockerfiles: directorySource(path.dirname(outside)) };
    return { tar: Readable.from([]), session: { ...incremental(directory), ...dockerfiles }, ...named };
  }
  if (outside === undefined) return { tar: packDirectory(directory, { ...named, signal }), ...named };
  // A name that nothing in the folder has, and always the same.
  const added = `.dockerfile.${createHash("sha256").update(outside).digest("hex").slice(0, 20)}`;
  const packed = packDirectory(directory, { dockerfile: path.relative(directory, outside), signal });
  return { tar: withDockerfile(packed, added, outside), dockerfile: added };
}

/** Where a Dockerfile is: its path in the folder as engines have it, or the name and whole path of one that isn't there. */
function placeOf(
  directory: string,
  dockerfile: string | undefined,
): { readonly name?: string; readonly outside?: string } {
  if (dockerfile === undefined) return {};
  const full = path.resolve(directory, dockerfile);
  const within = path.relative(directory, full);
  if (within.split(path.sep)[0] === ".." || path.isAbsolute(within))
    return { name: path.basename(full), outside: full };
  return { name: within.split(path.sep).join("/") };
}

/** The session of a folder's incremental context. */
function incremental(directory: string): BuildSessionOptions {
  const place = `${hostname()}\0${path.resolve(directory)}`;
  return { files: directorySource(directory), sharedKey: createHash("sha256").update(place).digest("hex") };
}

/** With a Dockerfile from elsewhere. The ignore file names it, so that the engine takes it out again before it copies. */
function withDockerfile(tar: Readable, name: string, file: string): Readable {
  let ignored = false;
  return rewriteTar(tar, {
    change: ({ name: entry, type }) => {
      if (entry !== ".dockerignore" || type !== "file") return undefined;
      ignored = true;
      return async (body) => {
        const text = `${(await buffer(body)).toString()}\n${name}\n`;
        return { header: { name: entry, type: "file", size: Buffer.byteLength(text) }, body: text };
      };
    },
    last: () => {
      const ignore = { header: { name: ".dockerignore", type: "file" }, body: `.dockerignore\n${name}\n` } as const;
      return [{ header: { name, type: "file" }, body: readDockerfile(file) }, ...(ignored ? [] : [ignore])];
    },
  });
}

function readDockerfile(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new BuildError("BUILD_NO_DOCKERFILE", `cannot read the Dockerfile ${file}: ${(cause as Error).message}`, {
      cause,
      hint: "name another by the option `dockerfile`, by its path from the context",
    });
  }
}
