import type { Readable } from "node:stream";
import { describeEngine, type Dockerode, type Engine, toEngine } from "@slipway/transport";
import { BuildError } from "./build-error.ts";
import type { BuildOptions } from "./build-options.ts";
import { buildQuery } from "./build-query.ts";
import type { BuiltStage } from "./build-tally.ts";
import { sessionOf } from "./build.ts";
import { chooseBuilder } from "./builder-choice.ts";
import { checkOptions } from "./check-options.ts";
import { classicCredentials } from "./credentials.ts";
import { knownDockerfile } from "./known-dockerfile.ts";
import { nameStages, readDockerfile, withDockerfile } from "./name-stages.ts";
import { readSecrets } from "./read-secrets.ts";
import { fullId, sendBuild } from "./send-build.ts";

/** Which stages to build, and how: as the image itself was built, so that all comes from the cache. */
export interface StageImagesOptions extends Omit<BuildOptions, "tags" | "target"> {
  /** Stages by index, from 0, or by name. */
  readonly stages: readonly (number | string)[];
}

/**
 * Builds an untagged image of each of these stages, from the cache of an earlier build where it has them. With BuildKit
 * they are built in parallel, each by its name; the classic builder makes all of them in one build of the whole
 * Dockerfile. The first failure ends the others.
 *
 * @param openContext gives the same context anew at each call
 * @returns image ids (`sha256:…`) in the order of `stages`
 */
export async function buildStageImages(
  handle: Engine | Dockerode,
  openContext: () => Readable,
  options: StageImagesOptions,
): Promise<string[]> {
  const { stages, ...shared } = options;
  checkOptions(shared);
  for (const name of ["tags", "target"]) {
    if (Object.hasOwn(shared, name)) {
      const hint = "stages are built untagged; name them by `stages`";
      throw new BuildError("BUILD_BAD_OPTION", `stage images do not take the option \`${name}\``, { hint });
    }
  }
  shared.signal?.throwIfAborted();
  if (stages.length === 0) return [];
  const engine = toEngine(handle);
  const dockerfile = shared.dockerfile ?? "Dockerfile";
  const described = shared.description ?? (await describeEngine(engine, { nativeOnly: true, signal: shared.signal }));
  const read = await readSecrets(shared);
  const text = await readDockerfile(openContext(), dockerfile, { signal: shared.signal });
  const known = knownDockerfile(text, dockerfile);
  const tree = known?.tree;
  const { builder } = chooseBuilder(shared, described, tree);
  const registryConfig = builder === "classic" ? await classicCredentials(shared, tree) : undefined;
  const send = (tar: Readable, target: string | undefined, signal: AbortSignal | undefined) =>
    sendBuild(engine, {
      tar,
      session: builder === "buildkit" ? sessionOf(shared, read) : undefined,
      query: buildQuery({ ...shared, target }, builder, described.kind),
      builder,
      dockerfile,
      known,
      registryConfig,
      signal,
      onEvent: () => undefined,
    });
  // Podman leaves out what the last stage does not need, so there each is asked for, too.
  if (builder === "classic" && described.kind !== "podman") {
    const { tally } = await send(openContext(), undefined, shared.signal);
    const found = stages.map((wanted) => find(wanted, tally.stages, dockerfile).imageId);
    return Promise.all(found.map((id) => ownId(engine, id)));
  }
  const { names, text: named } = nameStages(text, dockerfile);
  const numbered = names.map((name, index) => ({ index, name }));
  const targets = stages.map((wanted) => find(wanted, numbered, dockerfile).name);
  return allOrNone(targets, shared.signal, async (target, signal) => {
    const tar = named === undefined ? openContext() : withDockerfile(openContext(), dockerfile, named);
    const { imageId } = await send(tar, target, signal);
    return imageId;
  });
}

function find<S extends Pick<BuiltStage, "index" | "name">>(
  wanted: number | string,
  stages: readonly S[],
  dockerfile: string,
): S {
  const name = typeof wanted === "string" ? wanted.toLowerCase() : undefined;
  // Of two stages with one name, the engine builds the last.
  const stage = stages.findLast((one) => (name === undefined ? one.index === wanted : one.name === name));
  const shadowed = stage && stages.some((one) => one.index > stage.index && one.name && one.name === stage.name);
  if (!stage || shadowed) {
    const message = shadowed
      ? `stage ${wanted} of ${dockerfile} has the name of a later one, ${stage.name}`
      : `${dockerfile} has no stage ${wanted}; it has ${stages.length}: ${stages.map((one) => one.name ?? one.index).join(", ")}`;
    throw new BuildError("BUILD_NO_STAGE", message, {
      hint: "give each stage a name of its own, and ask for it by that",
    });
  }
  return stage;
}

async function ownId(engine: Engine, id: string): Promise<string> {
  const full = await fullId(engine, id);
  if (full !== undefined) return full;
  throw new BuildError("BUILD_BROKEN_STREAM", `the engine has no image ${id}, which it says it built`, {
    hint: "see whether something removes images while they are built; then build again",
  });
}

/** All results in order, or the first failure, once everything that it ended has come to rest. */
async function allOrNone<T, R>(
  items: readonly T[],
  outer: AbortSignal | undefined,
  work: (item: T, signal: AbortSignal) => Promise<R>,
): Promise<R[]> {
  const failed = new AbortController();
  const signal = outer ? AbortSignal.any([outer, failed.signal]) : failed.signal;
  let first: { error: unknown } | undefined;
  const results = await Promise.allSettled(
    items.map(async (item) => {
      try {
        return await work(item, signal);
      } catch (error) {
        first ??= { error };
        failed.abort(error);
        throw error;
      }
    }),
  );
  outer?.throwIfAborted();
  if (first) throw first.error;
  return results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
}
