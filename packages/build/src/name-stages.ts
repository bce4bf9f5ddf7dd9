import { text as readText } from "node:stream/consumers";
import { Readable } from "node:stream";
import { type EntryToPack, normalizePath, packEntries, readEntries } from "@slipway/context";
import { type Dockerfile, parse } from "@slipway/dockerfile";
import { BuildError } from "./build-error.ts";

/** A Dockerfile whose stages all have names to build them by. */
export interface NamedStages {
  /** The stages' names, in order. */
  readonly names: readonly string[];
  /** The Dockerfile's text with the names that were missing; undefined where none was. */
  readonly text: string | undefined;
}

/**
 * Gives a name to every stage that has none: engines build a stage by its name only. Names change no cache key.
 *
 * @throws {DockerfileError} for a Dockerfile that cannot be parsed
 */
export function nameStages(text: string, file?: string): NamedStages {
  const tree: Dockerfile = parse(text, file === undefined ? {} : { file });
  const given = new Set<string>();
  for (const { keyword, args } of tree.instructions) {
    const name = keyword === "FROM" ? stageName(args) : undefined;
    if (name !== undefined) given.add(name);
  }
  const names: string[] = [];
  let renamed = false;
  const parts = tree.items.map((item) => {
    if (item.kind !== "instruction" || item.keyword !== "FROM") return item.source;
    let name = stageName(item.args);
    if (name !== undefined) {
      names.push(name);
      return item.source;
    }
    name = `slipway-stage-${names.length}`;
    while (given.has(name)) name += "-";
    names.push(name);
    renamed = true;
    // As many lines as before, so that the engine's line numbers stay right.
    return `${item.text} AS ${name}${"\n".repeat(Math.max(1, item.source.split("\n").length - 1))}`;
  });
  return { names, text: renamed ? parts.join("") : undefined };
}

function stageName(args: string): string | undefined {
  return /\sAS\s+(\S+)\s*$/i.exec(args)?.[1]?.toLowerCase();
}

/**
 * The text of a context's Dockerfile. The context is destroyed.
 *
 * @throws {BuildError} `BUILD_NO_DOCKERFILE`
 */
export async function readDockerfile(
  context: Readable,
  dockerfile: string,
  options: { signal?: AbortSignal | undefined } = {},
): Promise<string> {
  const wanted = normalizePath(dockerfile);
  for await (const { header, body } of readEntries(context, options)) {
    if (header.name === wanted && header.type === "file") return await readText(body);
  }
  throw new BuildError("BUILD_NO_DOCKERFILE", `the build context has no ${dockerfile}`, {
    hint: "add it, see that .dockerignore does not leave it out, or name another by the option `dockerfile`",
  });
}

/** The context with another text for its Dockerfile. */
export function withDockerfile(context: Readable, dockerfile: string, text: string): Readable {
  const wanted = normalizePath(dockerfile);
  return packEntries(
    (async function* (): AsyncGenerator<EntryToPack, void, void> {
      for await (const { header, body } of readEntries(context)) {
        if (header.name === wanted) yield { header: { ...header, size: Buffer.byteLength(text) }, body: text };
        else if (header.type === "file") yield { header, body: Readable.from(body, { objectMode: false }) };
        else yield { header };
      }
    })(),
  );
}
