import { readFile } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { normalizePath } from "@slipway/context";
import type { BuilderName } from "./build-event.ts";
import type { DirectoryBuildOptions } from "./build-options.ts";
import { type DirectoryContext, directoryContext } from "./directory-context.ts";
import type { ContextSource, SourceBuildOptions } from "./context-source.ts";
import { type KnownDockerfile, knownDockerfile } from "./known-dockerfile.ts";
import { peekDockerfile } from "./peek-dockerfile.ts";
import { textSource } from "./text-source.ts";

/** Where a build's files come from, once its Dockerfile was looked at. */
export interface BuildInput {
  readonly known: KnownDockerfile | undefined;
  /** How the files reach this builder. */
  open(builder: BuilderName): DirectoryContext;
}

/** A tar stream as input. */
export async function streamInput(
  source: Readable,
  dockerfile = "Dockerfile",
  signal?: AbortSignal,
): Promise<BuildInput> {
  const { context, text } = await peekDockerfile(source, normalizePath(dockerfile), signal);
  // Until it is sent, nobody else listens.
  context.on("error", () => undefined);
  return { known: knownDockerfile(text, dockerfile), open: () => ({ tar: context }) };
}

/** Files that can be had by their paths as input. */
export function sourceInput(
  { files, tar }: ContextSource,
  { dockerfile = "Dockerfile", dockerfileText }: SourceBuildOptions,
): BuildInput {
  return {
    known: knownDockerfile(dockerfileText, dockerfile),
    open: (builder) =>
      builder === "classic"
        ? { tar }
        : {
            tar: Readable.from([]),
            session: { files, dockerfiles: textSource(normalizePath(dockerfile), dockerfileText) },
          },
  };
}

/** A folder as input. */
export async function directoryInput(
  directory: string,
  { dockerfile, dockerfileText: text, signal }: DirectoryBuildOptions,
): Promise<BuildInput> {
  return {
    known:
      text === undefined
        ? await directoryDockerfile(directory, dockerfile)
        : knownDockerfile(text, dockerfile ?? "Dockerfile"),
    open: (builder) => directoryContext(directory, { dockerfile, text, builder, signal }),
  };
}

/** A folder's Dockerfile. One that is not there is the builder's to report, which knows by which names it looks. */
export async function directoryDockerfile(
  directory: string,
  dockerfile = "Dockerfile",
): Promise<KnownDockerfile | undefined> {
  const file = path.isAbsolute(dockerfile) ? dockerfile : path.join(directory, dockerfile);
  const text = await readFile(file, "utf8").catch(() => undefined);
  return knownDockerfile(text, file);
}
