import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { type EntryToPack, packDirectory, rewriteTar } from "@slipway/context";
import type { BuildSessionOptions } from "@slipway/transport";
import { BuildError } from "./build-error.ts";
import type { BuilderName } from "./build-event.ts";
import { directorySource, type InsteadFile } from "./directory-source.ts";

/** How a folder reaches a builder. */
export interface DirectoryContext {
  readonly tar: Readable;
  readonly session?: BuildSessionOptions;
  /** What the engine is to take for the Dockerfile's name; its own default without. */
  readonly dockerfile?: string;
}

/** What is asked of a folder. */
export interface DirectoryRequest {
  /** The Dockerfile's path, from the folder. It may be elsewhere, as `docker build -f` has it. */
  readonly dockerfile: string | undefined;
  /** Goes into the folder's place of the Dockerfile. */
  readonly text?: string | undefined;
  readonly builder: BuilderName;
  readonly signal: AbortSignal | undefined;
}

/**
 * A folder for a builder: BuildKit is sent what has changed, the classic builder a tar stream of it.
 *
 * @throws BuildError BUILD_BAD_OPTION for a text whose place is outside of the folder
 */
export function directoryContext(
  directory: string,
  { dockerfile, text, builder, signal }: DirectoryRequest,
): DirectoryContext {
  const { name, outside } = placeOf(directory, dockerfile);
  const named = name === undefined ? {} : { dockerfile: name };
  if (text !== undefined) {
    if (outside !== undefined) {
      throw new BuildError(
        "BUILD_BAD_OPTION",
        `a Dockerfile's text cannot be put at ${outside}, outside of the context`,
        {
          hint: "give `dockerfile` as a path in the folder, or leave it out",
        },
      );
    }
    const instead = { path: name ?? "Dockerfile", text };
    return builder === "buildkit"
      ? { tar: Readable.from([]), session: incremental(directory, instead), ...named }
      : { tar: packDirectory(directory, { ...named, instead: dockerfileEntry(instead), signal }), ...named };
  }
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
function incremental(directory: string, instead?: InsteadFile): BuildSessionOptions {
  const place = `${hostname()}\0${path.resolve(directory)}`;
  return {
    files: directorySource(directory, { instead }),
    sharedKey: createHash("sha256").update(place).digest("hex"),
  };
}

function dockerfileEntry({ path: name, text }: InsteadFile): EntryToPack {
  return { header: { name, type: "file", mode: 0o644, mtime: new Date(0) }, body: text };
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
